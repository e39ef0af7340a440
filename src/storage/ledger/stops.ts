import { sql, type Selectable } from 'kysely';
import type { EmergencyStop, StopCoverage, StoppedRun, StopScope } from '../../model/emergency-stop.ts';
import type { StopStore } from '../stops.ts';
import type { LedgerConnection } from './connection.ts';
import { runFromRow } from './run-row.ts';
import { prepared } from './prepared.ts';
import { stopCovers } from './scope-sql.ts';
import type { EmergencyStopRunsTable, EmergencyStopsTable } from './stops-schema.ts';

const covering = prepared((db, { threadId, assistantId }: { threadId: string; assistantId: string }) =>
  db
    .selectFrom('emergency_stops')
    .selectAll()
    .where(stopCovers({ threadId: sql`${threadId}`, assistantId: sql`${assistantId}` }))
    .limit(1),
);

export const createStopStore = (db: LedgerConnection): StopStore => ({
  ...createCoverage(db),
  ...createRests(db),

  insert: async (stop) => {
    const { stopId, scope, reason, requestedBy, createdAt, releasedAt, releasedBy, requestHash } = stop;
    await db
      .insertInto('emergency_stops')
      .values({
        stop_id: stopId,
        ...scopeColumns(scope),
        reason,
        requested_by: requestedBy,
        created_at: createdAt,
        released_at: releasedAt,
        released_by: releasedBy,
        request_hash: requestHash,
      })
      .execute();
  },

  get: async (stopId) => {
    const row = await db
      .selectFrom('emergency_stops')
      .selectAll()
      .where('stop_id', '=', stopId)
      .executeTakeFirst();
    return row && { stop: stopFromRow(row), runs: await runsOf(db, stopId) };
  },

  list: async ({ released, limit, offset }) => {
    const rows = await db
      .selectFrom('emergency_stops')
      .selectAll()
      .where('released_at', released ? 'is not' : 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('stop_id')
      .limit(limit)
      .offset(offset)
      .execute();
    const found: StopCoverage[] = [];
    for (const row of rows) found.push({ stop: stopFromRow(row), runs: await runsOf(db, row.stop_id) });
    return found;
  },

  covering: async ({ threadId, assistantId }) => {
    const [row] = (await covering(db, { threadId, assistantId })).rows;
    return row && stopFromRow(row);
  },

  release: async ({ stopId, by, at }) => {
    const result = await db
      .updateTable('emergency_stops')
      .set({ released_at: at, released_by: by })
      .where('stop_id', '=', stopId)
      .where('released_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },
});

const createCoverage = (
  db: LedgerConnection,
): Pick<StopStore, 'cover' | 'runsIn' | 'unconfirmed' | 'isUnconfirmed' | 'confirm'> => ({
  cover: async (stopId, { runId, threadId, worker, confirmedAt }) => {
    await db
      .insertInto('emergency_stop_runs')
      .values({ stop_id: stopId, run_id: runId, thread_id: threadId, worker, confirmed_at: confirmedAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  runsIn: async (scope) => {
    let query = db
      .selectFrom('runs')
      .innerJoin('threads', 'threads.thread_id', 'runs.thread_id')
      .selectAll('runs')
      .select(['threads.lease_owner', 'threads.active_run_id'])
      .where(sql<boolean>`runs.state IN ('pending', 'running', 'pausing', 'paused')`);
    if ('threadId' in scope) query = query.where('runs.thread_id', '=', scope.threadId);
    if ('assistantId' in scope) query = query.where('runs.assistant_id', '=', scope.assistantId);
    const rows = await query.orderBy('runs.seq').execute();
    return rows.map((row) => ({
      run: runFromRow(row),
      worker: row.active_run_id === row.run_id ? row.lease_owner : null,
    }));
  },

  unconfirmed: async (before) => {
    const rows = await db
      .selectFrom('emergency_stop_runs')
      .innerJoin('emergency_stops', 'emergency_stops.stop_id', 'emergency_stop_runs.stop_id')
      .select(['worker', (eb) => eb.fn.min('run_id').as('run_id')])
      .where(sql<boolean>`confirmed_at IS NULL`)
      .where('created_at', '<=', before)
      .groupBy('worker')
      .execute();
    return rows.flatMap(({ worker, run_id }) => (worker === null ? [] : [{ worker, runId: run_id }]));
  },

  isUnconfirmed: async (runId) => {
    const row = await db
      .selectFrom('emergency_stop_runs')
      .select('run_id')
      .where('run_id', '=', runId)
      .where(sql<boolean>`confirmed_at IS NULL`)
      .executeTakeFirst();
    return row !== undefined;
  },

  confirm: async (worker, at) => {
    await db
      .updateTable('emergency_stop_runs')
      .set({ confirmed_at: at })
      .where('worker', '=', worker)
      .where(sql<boolean>`confirmed_at IS NULL`)
      .execute();
  },
});

const createRests = (db: LedgerConnection): Pick<StopStore, 'unconfirmedOf' | 'rests' | 'stoppedAt'> => ({
  unconfirmedOf: async (worker) => {
    const rows = await db
      .selectFrom('emergency_stop_runs')
      .select(['run_id', 'thread_id'])
      .where('worker', '=', worker)
      .where(sql<boolean>`confirmed_at IS NULL`)
      .execute();
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
  },

  rests: async (runId, { checkpointId, sha256 }) => {
    await db
      .updateTable('emergency_stop_runs')
      .set({ checkpoint_id: checkpointId, checkpoint_sha256: sha256 })
      .where('run_id', '=', runId)
      .where(sql<boolean>`confirmed_at IS NULL`)
      .execute();
  },

  stoppedAt: async (runId) => {
    const row = await db
      .selectFrom('emergency_stop_runs')
      .innerJoin('emergency_stops', 'emergency_stops.stop_id', 'emergency_stop_runs.stop_id')
      .select(['checkpoint_id', 'checkpoint_sha256'])
      .where('run_id', '=', runId)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const { checkpoint_id: checkpointId, checkpoint_sha256: sha256 } = row ?? {};
    return checkpointId != null && sha256 != null ? { checkpointId, sha256 } : undefined;
  },
});

const scopeColumns = (scope: StopScope): Pick<EmergencyStopsTable, 'scope' | 'scope_id'> => {
  if ('threadId' in scope) return { scope: 'thread', scope_id: scope.threadId };
  if ('assistantId' in scope) return { scope: 'assistant', scope_id: scope.assistantId };
  return { scope: 'all', scope_id: null };
};

const scopeFromRow = ({ scope, scope_id: id }: Selectable<EmergencyStopsTable>): StopScope => {
  if (scope === 'thread') return { threadId: id ?? '' };
  return scope === 'assistant' ? { assistantId: id ?? '' } : { all: true };
};

const stopFromRow = (row: Selectable<EmergencyStopsTable>): EmergencyStop => ({
  stopId: row.stop_id,
  scope: scopeFromRow(row),
  reason: row.reason,
  requestedBy: row.requested_by,
  createdAt: row.created_at,
  releasedAt: row.released_at,
  releasedBy: row.released_by,
  requestHash: row.request_hash,
});

const runsOf = async (db: LedgerConnection, stopId: string): Promise<StoppedRun[]> => {
  const rows = await db
    .selectFrom('emergency_stop_runs')
    .selectAll()
    .where('stop_id', '=', stopId)
    .orderBy('run_id')
    .execute();
  return rows.map(toStoppedRun);
};

const toStoppedRun = (row: Selectable<EmergencyStopRunsTable>): StoppedRun => ({
  runId: row.run_id,
  threadId: row.thread_id,
  worker: row.worker,
  confirmedAt: row.confirmed_at,
});
