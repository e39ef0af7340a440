import { sql } from 'kysely';
import { LeaseLostError } from '../../model/errors.ts';
import type { NewRunEvent } from '../../model/run-event.ts';
import { createEventReads, type EventLogDeps } from '../ledger/run-events.ts';
import type { EventLog, Ledger } from '../ports.ts';

/** Run events in the ledger's own database. */
export const createLedgerEventLog = ({ ledger, transaction }: EventLogDeps): EventLog => ({
  ...createEventReads({ ledger, transaction }),

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
});

/** One parameter for the whole batch: the statement stays the same whatever its size. */
const encode = (events: NewRunEvent[]): string =>
  JSON.stringify(events.map(({ seq, event, data, ref }) => [seq, event, data, ref && JSON.stringify(ref)]));
