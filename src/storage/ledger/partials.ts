import { LeaseLostError } from '../../model/errors.ts';
import type { PartialOutput } from '../../model/partial-output.ts';
import type { PartialStore } from '../partials.ts';
import type { Ledger } from '../ports.ts';
import { prepared } from './prepared.ts';

interface PartialDeps {
  ledger: Pick<Ledger, 'connection'>;
  transaction: <T>(work: (ledger: Ledger) => Promise<T>) => Promise<T>;
}

export interface PartialOutputsTable {
  thread_id: string;
  run_id: string;
  attempt: number;
  messages_json: string;
  updated_at: string;
}

const partialsOf = prepared((db, { threadId }: { threadId: string }) =>
  db.selectFrom('partial_outputs').selectAll().where('thread_id', '=', threadId),
);

export const createPartialStore = ({ ledger, transaction }: PartialDeps): PartialStore => ({
  save: (output, lease) =>
    transaction(async (tx) => {
      if (!(await tx.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
      const { threadId } = output;
      if (output.messages.length === 0) {
        await tx.connection.deleteFrom('partial_outputs').where('thread_id', '=', threadId).execute();
        return;
      }
      const { thread_id: id, ...columns } = toRow(output);
      await tx.connection
        .insertInto('partial_outputs')
        .values({ thread_id: id, ...columns })
        .onConflict((conflict) => conflict.column('thread_id').doUpdateSet(columns))
        .execute();
    }),

  get: async (threadId) => {
    const [row] = (await partialsOf(ledger.connection, { threadId })).rows;
    return (
      row && {
        threadId,
        runId: row.run_id,
        attempt: row.attempt,
        messages: JSON.parse(row.messages_json) as PartialOutput['messages'],
        updatedAt: row.updated_at,
      }
    );
  },
});

const toRow = (output: PartialOutput): PartialOutputsTable => ({
  thread_id: output.threadId,
  run_id: output.runId,
  attempt: output.attempt,
  messages_json: JSON.stringify(output.messages),
  updated_at: output.updatedAt,
});
