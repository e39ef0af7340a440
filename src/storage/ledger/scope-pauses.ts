import { sql, type Insertable, type Selectable } from 'kysely';
import type { ResumeCondition } from '../../model/resume-condition.ts';
import type { Scope, ScopePause } from '../../model/scope-pause.ts';
import type { ScopeStore } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';
import { requeueHeld } from './queue-turns.ts';
import { coversRun } from './scope-sql.ts';
import type { ScopePausesTable } from './triggers-schema.ts';
import { prepared } from './prepared.ts';

/** Written as the partial index says it, so that SQLite uses the index. */
const ACTIVE = sql<boolean>`state = 'active'`;

export const createScopeStore = (db: LedgerConnection): ScopeStore => ({
  ...createScopeQueries(db),
  ...createActiveScopes(db),
  ...createScopedRuns(db),

  insert: async (pause) => {
    await db.insertInto('scope_pauses').values(toRow(pause)).execute();
  },

  swept: async (scopePauseId) => {
    await db
      .updateTable('scope_pauses')
      .set({ swept: 1 })
      .where('scope_pause_id', '=', scopePauseId)
      .execute();
  },

  end: async (scopePauseId, { actor, at }) => {
    const result = await db
      .updateTable('scope_pauses')
      .set({ state: 'resumed', swept: 1, ended_by: actor, ended_at: at })
      .where('scope_pause_id', '=', scopePauseId)
      .where('state', '=', 'active')
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },
});

const createScopeQueries = (db: LedgerConnection): Pick<ScopeStore, 'get' | 'byTokenHash' | 'list'> => ({
  get: async (scopePauseId) => {
    const row = await db
      .selectFrom('scope_pauses')
      .selectAll()
      .where('scope_pause_id', '=', scopePauseId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  byTokenHash: async (hash) => {
    const row = await db
      .selectFrom('scope_pauses')
      .selectAll()
      .where('resume_token_hash', '=', hash)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  list: async ({ state, limit, offset }) => {
    let query = db.selectFrom('scope_pauses');
    if (state !== undefined) query = query.where('state', '=', state);
    const { total } = await query
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await query
      .selectAll()
      .orderBy('requested_at', 'desc')
      .orderBy('scope_pause_id')
      .limit(limit)
      .offset(offset)
      .execute();
    return { items: rows.map(fromRow), total: Number(total) };
  },
});

type Covered = Parameters<ScopeStore['covering']>[0];

const covering = prepared((db, { threadId, assistantId, graphId }: Covered) =>
  db
    .selectFrom('scope_pauses')
    .selectAll()
    .where(ACTIVE)
    .where((eb) =>
      eb.or([
        eb('scope_type', '=', 'all'),
        eb.and([eb('scope_type', '=', 'thread'), eb('scope_id', '=', threadId)]),
        eb.and([eb('scope_type', '=', 'assistant'), eb('scope_id', '=', assistantId)]),
        eb.and([eb('scope_type', '=', 'graph'), eb('scope_id', '=', graphId)]),
      ]),
    )
    .orderBy('requested_at'),
);

const createActiveScopes = (db: LedgerConnection): Pick<ScopeStore, 'covering' | 'unswept'> => ({
  covering: async (run) => (await covering(db, run)).rows.map(fromRow),

  unswept: async () => {
    const row = await db
      .selectFrom('scope_pauses')
      .selectAll()
      .where(ACTIVE)
      .where('swept', '=', 0)
      .orderBy('requested_at')
      .limit(1)
      .executeTakeFirst();
    return row && fromRow(row);
  },
});

const COVERS = coversRun('r');
const UNFINISHED = sql`('pending', 'running', 'pausing', 'paused', 'stopped')`;

const createScopedRuns = (db: LedgerConnection): Pick<ScopeStore, 'running' | 'count' | 'requeue'> => ({
  running: async (scopePauseId, limit) => {
    const { rows } = await sql<{ run_id: string; thread_id: string }>`
      SELECT r.run_id, r.thread_id FROM runs AS r, scope_pauses AS p
      WHERE r.state = 'running' AND p.scope_pause_id = ${scopePauseId} AND ${COVERS}
      ORDER BY r.seq LIMIT ${limit}`.execute(db);
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
  },

  count: async (scopePauseId) => {
    const { rows } = await sql<{ state: string; count: number }>`
      SELECT r.state, COUNT(*) AS count FROM runs AS r, scope_pauses AS p
      WHERE p.scope_pause_id = ${scopePauseId} AND ${COVERS} AND r.state IN ${UNFINISHED}
        AND (r.state = 'pending' OR r.pause_id IN (SELECT x.pause_id FROM pauses AS x WHERE x.scope_id = p.scope_pause_id))
      GROUP BY r.state`.execute(db);
    const of = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return { draining: of('pausing'), paused: of('paused'), held: of('pending') };
  },

  requeue: () => requeueHeld(db),
});

const toRow = (pause: ScopePause): Insertable<ScopePausesTable> => ({
  scope_pause_id: pause.scopePauseId,
  scope_type: pause.scope.type,
  scope_id: pause.scope.type === 'all' ? null : pause.scope.id,
  state: pause.state,
  swept: 0,
  terms_json: JSON.stringify(pause.terms),
  new_runs: pause.newRuns,
  redirect_to: pause.redirectTo,
  resume_when_json: pause.resumeWhen && JSON.stringify(pause.resumeWhen),
  resume_token_hash: pause.resumeTokenHash,
  window_id: pause.windowId,
  requested_by: pause.requestedBy,
  requested_at: pause.requestedAt,
  ended_by: pause.endedBy,
  ended_at: pause.endedAt,
  request_hash: pause.requestHash,
});

const fromRow = (row: Selectable<ScopePausesTable>): ScopePause => ({
  scopePauseId: row.scope_pause_id,
  scope: row.scope_type === 'all' ? { type: 'all' } : ({ type: row.scope_type, id: row.scope_id } as Scope),
  state: row.state as ScopePause['state'],
  terms: JSON.parse(row.terms_json) as ScopePause['terms'],
  newRuns: row.new_runs as ScopePause['newRuns'],
  redirectTo: row.redirect_to,
  resumeWhen: row.resume_when_json === null ? null : (JSON.parse(row.resume_when_json) as ResumeCondition),
  resumeTokenHash: row.resume_token_hash,
  windowId: row.window_id,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  endedBy: row.ended_by,
  endedAt: row.ended_at,
  requestHash: row.request_hash,
});
