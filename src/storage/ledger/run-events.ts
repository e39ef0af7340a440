import { sql } from 'kysely';
import type { RunEvent, ValuesRef } from '../../model/run-event.ts';
import { isFinal, RUN_STATES } from '../../model/run-state.ts';
import type { EventLog, Ledger, RunJob, Storage } from '../ports.ts';

export interface EventLogDeps {
  ledger: Ledger;
  transaction: Storage['transaction'];
}

/** How events that lie in the ledger's database are read and dropped; each backend has its own way to append. */
export const createEventReads = ({
  ledger,
  transaction,
}: EventLogDeps): Pick<EventLog, 'read' | 'last' | 'prune' | 'ended'> => ({
  read: async ({ threadId, runId, after, limit }) => {
    let query = ledger.connection
      .selectFrom('run_events')
      .selectAll()
      .where('thread_id', '=', threadId)
      .where(sql<boolean>`(fence, seq) > (${after.fence}, ${after.seq})`);
    if (runId !== undefined) query = query.where('run_id', '=', runId);
    const rows = await query.orderBy('fence').orderBy('seq').limit(limit).execute();
    return rows.map(fromRow);
  },

  last: async (threadId) => {
    const row = await ledger.connection
      .selectFrom('run_events')
      .select(['fence', 'seq', 'run_id'])
      .where('thread_id', '=', threadId)
      .orderBy('fence', 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { cursor: { fence: row.fence, seq: row.seq }, runId: row.run_id };
  },

  prune: async (endedBefore) => {
    const ended = await endedRuns(ledger, endedBefore);
    for (const run of ended) await transaction((tx) => dropEvents(tx, run));
    return ended.length;
  },

  ended: (endedBefore) => endedRuns(ledger, endedBefore),
});

/** Runs whose events are dropped in one go, so that pruning never holds others up for long. */
const PRUNED_AT_ONCE = 500;

const endedRuns = async ({ connection }: Ledger, endedBefore: string): Promise<RunJob[]> => {
  const rows = await connection
    .selectFrom('runs')
    .select(['run_id', 'thread_id'])
    .where(sql<boolean>`has_events = 1`)
    .where('state', 'in', RUN_STATES.filter(isFinal))
    .where('updated_at', '<', endedBefore)
    .orderBy('seq')
    .limit(PRUNED_AT_ONCE)
    .execute();
  return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
};

const dropEvents = async ({ connection }: Ledger, { runId, threadId }: RunJob): Promise<void> => {
  await connection
    .deleteFrom('run_events')
    .where('thread_id', '=', threadId)
    .where('run_id', '=', runId)
    .execute();
  await connection.updateTable('runs').set({ has_events: 0 }).where('run_id', '=', runId).execute();
};

const fromRow = (row: {
  fence: number;
  seq: number;
  run_id: string;
  event: string;
  data: string | null;
  ref_json: string | null;
}): RunEvent => ({
  cursor: { fence: row.fence, seq: row.seq },
  runId: row.run_id,
  event: row.event,
  data: row.data,
  ref: row.ref_json === null ? null : (JSON.parse(row.ref_json) as ValuesRef),
});
