import { sql, type Selectable } from 'kysely';
import type { Effect, EffectOutcome } from '../../model/effect.ts';
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
      const fresh = await writeIntent(tx.connection, intent);
      const row = await byKey(tx.connection, intent.threadId, intent.key).executeTakeFirstOrThrow();
      return { effect: fromRow(row), fresh };
    }),

  settle: ({ key, outcome, at, lease, taskId, answers = 0 }) =>
    transaction(async (tx) => {
      await proveLease(tx, lease);
      await tx.connection
        .updateTable('effects')
        .set({
          ...toColumns(outcome, at),
          answers: sql<number>`CASE WHEN task_id = ${taskId} THEN answers ELSE 0 END + ${answers}`,
          task_id: taskId,
        })
        .where('thread_id', '=', lease.threadId)
        .where('effect_key', '=', key)
        .execute();
    }),

  resolve: ({ threadId, key, outcome, at, log }) =>
    transaction(async (tx) => {
      await tx.threads.touch(threadId); // nobody takes it meanwhile
      if ((await tx.threads.get(threadId))?.leaseToken) return false;
      const { numUpdatedRows } = await tx.connection
        .updateTable('effects')
        .set(toColumns(outcome, at))
        .where('thread_id', '=', threadId)
        .where('effect_key', '=', key)
        .where('state', '=', 'intended')
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await log(tx);
      return numUpdatedRows > 0n;
    }),

  get: async (threadId, key) => {
    const row = await byKey(ledger.connection, threadId, key).executeTakeFirst();
    return row && fromRow(row);
  },

  list: async (threadId) => (await ofThread(ledger.connection, threadId).execute()).map(fromRow),

  inDoubt: async (threadId) => {
    const rows = await ofThread(ledger.connection, threadId)
      .where('state', '=', 'intended')
      .where('error', 'is', null)
      .execute();
    return rows.map(fromRow);
  },
});

const proveLease = async (tx: Ledger, lease: Lease): Promise<void> => {
  if (!(await tx.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
};

/** Whether the intent is new: there was none of its key, or that one is known not to have happened. */
const writeIntent = async (db: LedgerConnection, intent: EffectIntent): Promise<boolean> => {
  const row = toRow(intent);
  const { numInsertedOrUpdatedRows: written = 0n } = await db
    .insertInto('effects')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['thread_id', 'effect_key'])
        .doUpdateSet({
          state: 'intended',
          error: null,
          answers: sql<number>`CASE WHEN effects.task_id = ${row.task_id} THEN effects.answers ELSE 0 END`,
          task_id: row.task_id,
          run_id: row.run_id,
          on_in_doubt: row.on_in_doubt,
          intended_at: row.intended_at,
          settled_at: null,
        })
        .where('effects.state', '=', 'failed'),
    )
    .executeTakeFirst();
  return written > 0n;
};

const byKey = (db: LedgerConnection, threadId: string, key: string) =>
  db.selectFrom('effects').selectAll().where('thread_id', '=', threadId).where('effect_key', '=', key);

const ofThread = (db: LedgerConnection, threadId: string) =>
  db
    .selectFrom('effects')
    .selectAll()
    .where('thread_id', '=', threadId)
    .orderBy('intended_at')
    .orderBy('effect_key');

const toColumns = (outcome: EffectOutcome, at: string) => ({
  state: outcome.state,
  result_json: outcome.state === 'done' ? JSON.stringify(outcome.result) : null,
  error: outcome.state === 'done' ? null : outcome.error,
  settled_at: outcome.state === 'intended' ? null : at,
});

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
  answers: 0,
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
  answers: Number(row.answers),
  intendedAt: row.intended_at,
  settledAt: row.settled_at,
});
