import { sql, type Selectable } from 'kysely';
import type { StickyDecision } from '../../model/approval.ts';
import type { StickyDecisionStore, StickySearch } from '../approvals.ts';
import type { LedgerConnection } from './connection.ts';
import type { StickyDecisionsTable } from './approvals-schema.ts';

export const createStickyDecisionStore = (db: LedgerConnection): StickyDecisionStore => ({
  insert: async (decision) => {
    await db
      .updateTable('sticky_decisions')
      .set({ revoked_at: decision.createdAt, revoked_by: decision.decidedBy })
      .where('scope', '=', decision.scope)
      .where('scope_id', '=', decision.scopeId)
      .where('tool', '=', decision.tool)
      .where(IN_FORCE)
      .execute();
    await db.insertInto('sticky_decisions').values(toRow(decision)).execute();
  },

  get: async (stickyId) => {
    const row = await db
      .selectFrom('sticky_decisions')
      .selectAll()
      .where('sticky_id', '=', stickyId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  search: async (query) => {
    const matching = filtered(db, query);
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy('created_at')
      .orderBy('sticky_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(fromRow), total: Number(total) };
  },

  inForce: async ({ threadId, assistantId, tools }) => {
    if (tools.length === 0) return [];
    const rows = await db
      .selectFrom('sticky_decisions')
      .selectAll()
      .where(IN_FORCE)
      .where('tool', 'in', tools)
      .where(
        sql<boolean>`((scope = 'thread' AND scope_id = ${threadId}) OR (scope = 'assistant' AND scope_id = ${assistantId}))`,
      )
      .execute();
    return rows.map(fromRow);
  },

  revoke: async ({ stickyId, by, at }) => {
    const result = await db
      .updateTable('sticky_decisions')
      .set({ revoked_at: at, revoked_by: by })
      .where('sticky_id', '=', stickyId)
      .where(IN_FORCE)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },
});

const IN_FORCE = sql<boolean>`revoked_at IS NULL`;

const filtered = (db: LedgerConnection, { threadId, assistantId, tool }: StickySearch) => {
  let query = db.selectFrom('sticky_decisions').where(IN_FORCE);
  if (threadId !== undefined) query = query.where('scope', '=', 'thread').where('scope_id', '=', threadId);
  if (assistantId !== undefined) {
    query = query.where('scope', '=', 'assistant').where('scope_id', '=', assistantId);
  }
  if (tool !== undefined) query = query.where('tool', '=', tool);
  return query;
};

const toRow = (decision: StickyDecision): StickyDecisionsTable => ({
  sticky_id: decision.stickyId,
  scope: decision.scope,
  scope_id: decision.scopeId,
  tool: decision.tool,
  decision: decision.decision,
  message: decision.message,
  decided_by: decision.decidedBy,
  approval_id: decision.approvalId,
  created_at: decision.createdAt,
  revoked_at: decision.revokedAt,
  revoked_by: decision.revokedBy,
});

const fromRow = (row: Selectable<StickyDecisionsTable>): StickyDecision => ({
  stickyId: row.sticky_id,
  scope: row.scope as StickyDecision['scope'],
  scopeId: row.scope_id,
  tool: row.tool,
  decision: row.decision as StickyDecision['decision'],
  message: row.message,
  decidedBy: row.decided_by,
  approvalId: row.approval_id,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
});
