import { sql, type Selectable } from 'kysely';
import type { PauseConditions } from '../../model/pause-conditions.ts';
import type { Usage, WatchStore } from '../watch-store.ts';
import type { LedgerConnection } from './connection.ts';
import type { WatchTables } from './watch-schema.ts';
import { prepared } from './prepared.ts';

const conditionsOf = prepared((db, { assistantId }: { assistantId: string }) =>
  db.selectFrom('pause_conditions').select('conditions_json').where('assistant_id', '=', assistantId),
);

export const createWatchStore = (db: LedgerConnection): WatchStore => ({
  ...createConditions(db),
  ...createUsage(db),

  addFailure: async ({ threadId, runId, atMs, what, error }) => {
    await db
      .insertInto('step_failures')
      .values({ thread_id: threadId, run_id: runId, at_ms: atMs, what, error })
      .execute();
  },

  failures: async ({ threadId, sinceMs, limit }) => {
    const rows = await db
      .selectFrom('step_failures')
      .select(['what', 'error', 'at_ms'])
      .where('thread_id', '=', threadId)
      .where('at_ms', '>=', sinceMs)
      .orderBy('at_ms', 'desc')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ what: row.what, error: row.error, atMs: Number(row.at_ms) }));
  },
});

const createConditions = (
  db: LedgerConnection,
): Pick<WatchStore, 'conditions' | 'putConditions' | 'removeConditions'> => ({
  conditions: async (assistantId) => {
    const [row] = (await conditionsOf(db, { assistantId })).rows;
    return row && (JSON.parse(row.conditions_json) as PauseConditions);
  },

  putConditions: async ({ assistantId, conditions, by, at }) => {
    const set = { conditions_json: JSON.stringify(conditions), updated_by: by, updated_at: at };
    await db
      .insertInto('pause_conditions')
      .values({ assistant_id: assistantId, ...set })
      .onConflict((conflict) => conflict.column('assistant_id').doUpdateSet(set))
      .execute();
  },

  removeConditions: async (assistantId) => {
    const result = await db
      .deleteFrom('pause_conditions')
      .where('assistant_id', '=', assistantId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

const createUsage = (db: LedgerConnection): Pick<WatchStore, 'addUsage' | 'spent' | 'usage'> => ({
  addUsage: async (usage) => {
    const { calls, inputTokens, outputTokens, cost } = usage;
    await db
      .insertInto('run_usage')
      .values({
        run_id: usage.runId,
        model: usage.model,
        thread_id: usage.threadId,
        assistant_id: usage.assistantId,
        calls,
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        cost,
      })
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'model']).doUpdateSet({
          calls: sql<number>`run_usage.calls + ${calls}`,
          input_tokens: sql<number>`run_usage.input_tokens + ${inputTokens}`,
          output_tokens: sql<number>`run_usage.output_tokens + ${outputTokens}`,
          cost: sql<number>`run_usage.cost + ${cost}`,
        }),
      )
      .execute();
  },

  spent: async (of) => {
    const [column, id] =
      'runId' in of ? (['run_id', of.runId] as const) : (['thread_id', of.threadId] as const);
    const { tokens, cost } = await db
      .selectFrom('run_usage')
      .select((eb) => [
        sql<number>`sum(input_tokens + output_tokens)`.as('tokens'),
        eb.fn.sum<number>('cost').as('cost'),
      ])
      .where(column, '=', id)
      .executeTakeFirstOrThrow();
    return { tokens: Number(tokens ?? 0), cost: Number(cost ?? 0) };
  },

  usage: async (threadId) => {
    const rows = await db
      .selectFrom('run_usage')
      .innerJoin('runs', 'runs.run_id', 'run_usage.run_id')
      .selectAll('run_usage')
      .where('run_usage.thread_id', '=', threadId)
      .orderBy('runs.seq')
      .orderBy('run_usage.model')
      .execute();
    return rows.map(toUsage);
  },
});

const toUsage = (row: Selectable<WatchTables['run_usage']>): Usage => ({
  runId: row.run_id,
  threadId: row.thread_id,
  assistantId: row.assistant_id,
  model: row.model,
  calls: Number(row.calls),
  inputTokens: Number(row.input_tokens),
  outputTokens: Number(row.output_tokens),
  cost: Number(row.cost),
});
