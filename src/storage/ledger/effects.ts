import type { Selectable } from 'kysely';
import type { Effect } from '../../model/effect.ts';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { EffectIntent, EffectLedger } from '../effects.ts';
import type { Ledger } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import type { EffectsTable } from './stops-schema.ts';

interface EffectDeps {
  ledger: Pick<Ledger, 'connection'>;
  transaction: <T>(work: (ledger: Ledger) => Promise<T>) => Promise<T>;
}

/** The effects in the ledger. Each write is a transaction of its own, on disk when it resolves. */
export const createEffectLedger = ({ ledger, transaction }: EffectDeps): EffectLedger => ({
  intend: (intent, lease) =>
    transaction(async (tx) => {
      await proveLease(tx, lease);
      const { numInsertedOrUpdatedRows: inserted = 0n } = await tx.connection
        .insertInto('effects')
        .values(toRow(intent))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      const row = await tx.connection
        .selectFrom('effects')
        .selectAll()
        .where('thread_id', '=', intent.threadId)
        .where('effect_key', '=', intent.key)
        .executeTakeFirstOrThrow();
      return { effect: fromRow(row), fresh: inserted > 0n };
    }),

  settle: ({ key, outcome, at, lease }) =>
    transaction(async (tx) => {
      await proveLease(tx, lease);
      await tx.connection
        .updateTable('effects')
        .set({
          state: outcome.state,
          result_json: outcome.state === 'done' ? JSON.stringify(outcome.result) : null,
          error: outcome.state === 'failed' ? outcome.error : null,
          settled_at: at,
        })
        .where('thread_id', '=', lease.threadId)
        .where('effect_key', '=', key)
        .execute();
    }),

  list: async (threadId) => (await ofThread(ledger.connection, threadId).execute()).map(fromRow),

  inDoubt: async (threadId) => {
    const rows = await ofThread(ledger.connection, threadId).where('state', '=', 'intended').execute();
    return rows.map(fromRow);
  },
});

const proveLease = async (tx: Ledger, lease: Lease): Promise<void> => {
  if (!(await tx.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
};

const ofThread = (db: LedgerConnection, threadId: string) =>
  db
    .selectFrom('effects')
    .selectAll()
    .where('thread_id', '=', threadId)
    .orderBy('intended_at')
    .orderBy('effect_key');

const toRow = (intent: EffectIntent): EffectsTable => ({
  thread_id: intent.threadId,
  effect_key: intent.key,
  name: intent.name,
  checkpoint_ns: intent.checkpointNs,
  task_id: intent.taskId,
  tool_call_id: intent.toolCallId,
  run_id: intent.runId,
  on_in_doubt: intent.onInDoubt,
  state: 'intended',
  result_json: null,
  error: null,
  intended_at: intent.intendedAt,
  settled_at: null,
});

const fromRow = (row: Selectable<EffectsTable>): Effect => ({
  threadId: row.thread_id,
  key: row.effect_key,
  name: row.name,
  checkpointNs: row.checkpoint_ns,
  taskId: row.task_id,
  toolCallId: row.tool_call_id,
  runId: row.run_id,
  onInDoubt: row.on_in_doubt as Effect['onInDoubt'],
  state: row.state as Effect['state'],
  result: row.result_json === null ? null : (JSON.parse(row.result_json) as Effect['result']),
  error: row.error,
  intendedAt: row.intended_at,
  settledAt: row.settled_at,
});
