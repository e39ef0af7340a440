import { sql } from 'kysely';
import { LeaseLostError } from '../../model/errors.ts';
import type { EventLog, Ledger } from '../ports.ts';
import { createEventReads, type EventLogDeps } from '../ledger/run-events.ts';

/** Run events in the ledger's own database. An event whose answer was lost with the connection may be appended again. */
export const createPostgresEventLog = ({ ledger, transaction }: EventLogDeps): EventLog => ({
  ...createEventReads({ ledger, transaction }),

  append: async ({ lease, runId, events }, within) => {
    if (events.length === 0) return;
    const write = async ({ connection }: Ledger): Promise<void> => {
      const { rows } = await sql<{ held: number }>`
        WITH held AS (
          SELECT 1 FROM threads WHERE thread_id = ${lease.threadId} AND fence = ${lease.fence}
            AND lease_token = ${lease.token} FOR SHARE
        ), added AS (
          INSERT INTO run_events (thread_id, fence, seq, run_id, event, data, ref_json)
          SELECT ${lease.threadId}, ${lease.fence}::bigint, e.seq, ${runId}, e.event, e.data, e.ref
          FROM held, unnest(${events.map(({ seq }) => seq)}::bigint[], ${events.map(({ event }) => event)}::text[],
            ${events.map(({ data }) => data)}::text[],
            ${events.map(({ ref }) => ref && JSON.stringify(ref))}::text[]) AS e (seq, event, data, ref)
          ON CONFLICT (thread_id, fence, seq) DO NOTHING
        )
        SELECT COUNT(*) AS held FROM held`.execute(connection);
      if (rows[0]?.held !== 1) throw new LeaseLostError(lease.threadId);
    };
    await write(within ?? ledger); // one statement is a transaction of its own
  },
});
