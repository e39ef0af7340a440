import { createHash } from 'node:crypto';
import { sql, type Selectable, type Updateable } from 'kysely';
import { LONGEST_TOOL_NAME, type Approval, type ApprovalSearch, type Decided } from '../../model/approval.ts';
import type { ApprovalChange, ApprovalStore } from '../approvals.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import type { ApprovalsTable } from './approvals-schema.ts';

const openOf = prepared((db, { threadId }: { threadId: string }) =>
  db
    .selectFrom('approvals')
    .selectAll()
    .where('thread_id', '=', threadId)
    .where(sql<boolean>`open = 1`),
);

export const createApprovalStore = (db: LedgerConnection): ApprovalStore => ({
  ...createDeadlines(db),
  ...createSearches(db),

  insert: async (approval) => {
    await db.insertInto('approvals').values(toRow(approval)).execute();
    const { approvalId: approval_id, threadId: thread_id } = approval;
    const tools = [...new Set(approval.tools.map(indexed))].map((tool) => ({ approval_id, thread_id, tool }));
    if (tools.length > 0) await db.insertInto('approval_tools').values(tools).execute();
  },

  get: async (approvalId) => {
    const row = await db
      .selectFrom('approvals')
      .selectAll()
      .where('approval_id', '=', approvalId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  ofThread: async (threadId, interruptIds) => {
    const open = (await openOf(db, { threadId })).rows;
    const settled =
      interruptIds.length === 0
        ? []
        : await db
            .selectFrom('approvals')
            .selectAll()
            .where('thread_id', '=', threadId)
            .where(sql<boolean>`open = 0`)
            .where('interrupt_id', 'in', interruptIds)
            .execute();
    return [...open, ...settled].map(fromRow);
  },

  change: async ({ approvalId, from, to, at }) => {
    const result = await db
      .updateTable('approvals')
      .set({ ...changeColumns(to), updated_at: at })
      .where('approval_id', '=', approvalId)
      .where('status', '=', from)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },
});

const createSearches = (db: LedgerConnection): Pick<ApprovalStore, 'search' | 'carriers'> => ({
  search: async (query) => {
    const matching = filtered(db, query);
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy('created_at', query.newestFirst ? 'desc' : 'asc')
      .orderBy('approval_id', query.newestFirst ? 'desc' : 'asc')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(fromRow), total: Number(total) };
  },

  carriers: async (threadId) => {
    const rows = await db
      .selectFrom('approvals')
      .select(['run_id', 'answer_run_id'])
      .distinct()
      .where('thread_id', '=', threadId)
      .where('answer_run_id', 'is not', null)
      .execute();
    return rows.map((row) => ({ askedBy: row.run_id, runId: row.answer_run_id ?? '' }));
  },
});

const createDeadlines = (db: LedgerConnection): Pick<ApprovalStore, 'expired' | 'nextDeadline'> => ({
  expired: async ({ now, after, limit }) => {
    let query = db.selectFrom('approvals').selectAll().where(UNNOTICED).where('expires_at', '<=', now);
    if (after) {
      const { expiresAt, approvalId } = after;
      query = query.where(sql<boolean>`(expires_at, approval_id) > (${expiresAt}, ${approvalId})`);
    }
    const rows = await query.orderBy('expires_at').orderBy('approval_id').limit(limit).execute();
    return rows.map(fromRow);
  },

  nextDeadline: async (now) => {
    const row = await db
      .selectFrom('approvals')
      .select((eb) => eb.fn.min('expires_at').as('next'))
      .where(UNNOTICED)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row?.next ?? undefined;
  },
});

/** Written as the partial index says it. */
const UNNOTICED = sql<boolean>`status = 'waiting' AND expired_at IS NULL`;

const filtered = (db: LedgerConnection, { status, assistantId, threadId, tool }: ApprovalSearch) => {
  let query = db.selectFrom('approvals');
  if (status !== undefined) query = query.where('status', '=', status);
  if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
  if (threadId !== undefined) query = query.where('thread_id', '=', threadId);
  if (tool !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('approval_tools')
          .select('approval_tools.tool')
          .whereRef('approval_tools.approval_id', '=', 'approvals.approval_id')
          .where('approval_tools.tool', '=', indexed(tool)),
      ),
    );
  }
  return query;
};

/** Postgres indexes no text of any length: a longer name is found by its digest. */
const indexed = (tool: string): string =>
  tool.length > LONGEST_TOOL_NAME ? createHash('sha256').update(tool).digest('hex') : tool;

const decidedColumns = (decided: Decided | null) =>
  decided === null
    ? UNDECIDED
    : {
        decision_json: JSON.stringify(decided.decision),
        answer_hash: decided.answerHash,
        decided_by: decided.by,
        decided_at: decided.at,
        decided_via: decided.via,
        answer_run_id: decided.runId,
      };

const UNDECIDED = {
  decision_json: null,
  answer_hash: null,
  decided_by: null,
  decided_at: null,
  decided_via: null,
  answer_run_id: null,
};

/** The columns a change sets; Kysely leaves out what is undefined. */
const changeColumns = ({ open, decided, ...to }: ApprovalChange): Updateable<ApprovalsTable> => ({
  status: to.status,
  raised_by: to.raisedBy,
  expires_at: to.expiresAt,
  on_expiry: to.onExpiry,
  expired_at: to.expiredAt,
  ...(open !== undefined && { open: open ? 1 : 0 }),
  ...(decided !== undefined && decidedColumns(decided)),
});

const toRow = (approval: Approval): ApprovalsTable => ({
  approval_id: approval.approvalId,
  thread_id: approval.threadId,
  run_id: approval.runId,
  assistant_id: approval.assistantId,
  graph_id: approval.graphId,
  interrupt_id: approval.interruptId,
  task_id: approval.taskId,
  checkpoint_id: approval.checkpointId,
  ordinal: approval.ordinal,
  payload_hash: approval.payloadHash,
  payload_json: approval.payload,
  response_schema_json: approval.responseSchema,
  tools_json: JSON.stringify(approval.tools),
  status: approval.status,
  open: approval.open ? 1 : 0,
  raised_by: approval.raisedBy,
  expires_at: approval.expiresAt,
  on_expiry: approval.onExpiry,
  expired_at: approval.expiredAt,
  ...decidedColumns(approval.decided),
  created_at: approval.createdAt,
  updated_at: approval.updatedAt,
});

const fromRow = (row: Selectable<ApprovalsTable>): Approval => ({
  approvalId: row.approval_id,
  threadId: row.thread_id,
  runId: row.run_id,
  assistantId: row.assistant_id,
  graphId: row.graph_id,
  interruptId: row.interrupt_id,
  taskId: row.task_id,
  checkpointId: row.checkpoint_id,
  ordinal: row.ordinal,
  payloadHash: row.payload_hash,
  payload: row.payload_json,
  responseSchema: row.response_schema_json,
  tools: JSON.parse(row.tools_json) as string[],
  status: row.status as Approval['status'],
  open: row.open === 1,
  raisedBy: row.raised_by,
  expiresAt: row.expires_at,
  onExpiry: row.on_expiry as Approval['onExpiry'],
  expiredAt: row.expired_at,
  decided: decidedFromRow(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const decidedFromRow = (row: Selectable<ApprovalsTable>): Decided | null =>
  row.decision_json === null
    ? null
    : {
        decision: JSON.parse(row.decision_json) as Decided['decision'],
        answerHash: row.answer_hash ?? '',
        by: row.decided_by ?? '',
        at: row.decided_at ?? '',
        via: (row.decided_via ?? 'wire') as Decided['via'],
        runId: row.answer_run_id ?? '',
      };
