import { sql } from 'kysely';
import { LeaseLostError } from '../../model/errors.ts';
import type { NewRunEvent, RunEvent, ValuesRef } from '../../model/run-event.ts';
import { isFinal, RUN_STATES } from '../../model/run-state.ts';
import type { EventLog, Ledger, Storage } from '../ports.ts';

interface EventLogDeps {
  ledger: Ledger;
  transaction: Storage['transaction'];
}

/** Run events in the ledger's own database. */
export const createLedgerEventLog = ({ ledger, transaction }: EventLogDeps): EventLog => ({
  append: async ({ lease, runId, events }, within) => {
    if (events.length === 0) return;
    const write = async (tx: Ledger): Promise<void> => {
      const { numAffectedRows } = await sql`
        INSERT INTO run_events (thread_id, fence, seq, run_id, event, data, ref_json)
        SELECT ${lease.threadId}, ${lease.fence}, value ->> 0, ${runId}, value ->> 1, value ->> 2, value ->> 3
        FROM json_each(${encode(events)})
        WHERE EXISTS (SELECT 1 FROM threads
          WHERE thread_id = ${lease.threadId} AND fence = ${lease.fence} AND lease_token = ${lease.token})`.execute(
        tx.connection,
      );
      if (numAffectedRows === 0n) throw new LeaseLostError(lease.threadId);
    };
    await (within ? write(within) : transaction(write));
  },

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
    const ended = await ledger.connection
      .selectFrom('runs')
      .select(['run_id', 'thread_id'])
      .where(sql<boolean>`has_events = 1`)
      .where('state', 'in', RUN_STATES.filter(isFinal))
      .where('updated_at', '<', endedBefore)
      .orderBy('seq')
      .limit(PRUNED_AT_ONCE)
      .execute();
    for (const run of ended) await transaction((tx) => dropEvents(tx, run));
    return ended.length;
  },
});

/** Runs whose events are dropped in one go, so that pruning never holds others up for long. */
const PRUNED_AT_ONCE = 500;

const dropEvents = async (
  { connection }: Ledger,
  run: { run_id: string; thread_id: string },
): Promise<void> => {
  await connection
    .deleteFrom('run_events')
    .where('thread_id', '=', run.thread_id)
    .where('run_id', '=', run.run_id)
    .execute();
  await connection.updateTable('runs').set({ has_events: 0 }).where('run_id', '=', run.run_id).execute();
};

/** One parameter for the whole batch: the statement stays the same whatever its size. */
const encode = (events: NewRunEvent[]): string =>
  JSON.stringify(events.map(({ seq, event, data, ref }) => [seq, event, data, ref && JSON.stringify(ref)]));

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
