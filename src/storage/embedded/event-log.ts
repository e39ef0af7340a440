import { sql } from 'kysely';
import type { Lease } from '../../model/lease.ts';
import { LeaseLostError } from '../../model/errors.ts';
import type { NewRunEvent } from '../../model/run-event.ts';
import { prepared } from '../ledger/prepared.ts';
import { createEventReads, type EventLogDeps } from '../ledger/run-events.ts';
import type { EventLog, Ledger } from '../ports.ts';

const appendEvents = prepared(
  (_, { threadId, fence, token, runId, events }: Lease & { runId: string; events: string }) => sql`
    INSERT INTO run_events (thread_id, fence, seq, run_id, event, data, ref_json)
    SELECT ${threadId}, ${fence}, value ->> 0, ${runId}, value ->> 1, value ->> 2, value ->> 3
    FROM json_each(${events})
    WHERE EXISTS (SELECT 1 FROM threads
      WHERE thread_id = ${threadId} AND fence = ${fence} AND lease_token = ${token})
    ON CONFLICT (thread_id, fence, seq) DO NOTHING`,
);

/** Run events in the ledger's own database. */
export const createLedgerEventLog = ({ ledger, transaction }: EventLogDeps): EventLog => ({
  ...createEventReads({ ledger, transaction }),

  append: async ({ lease, runId, events }, within) => {
    if (events.length === 0) return;
    const write = async (tx: Ledger): Promise<void> => {
      const { threadId, fence, token } = lease;
      const given = { threadId, fence, token, runId, events: encode(events) };
      const { numAffectedRows } = await appendEvents(tx.connection, given);
      if (numAffectedRows === 0n && !(await tx.threads.holds(lease)))
        throw new LeaseLostError(lease.threadId);
    };
    await (within ? write(within) : transaction(write));
  },
});

/** One parameter for the whole batch: the statement stays the same whatever its size. */
const encode = (events: NewRunEvent[]): string =>
  JSON.stringify(events.map(({ seq, event, data, ref }) => [seq, event, data, ref && JSON.stringify(ref)]));
