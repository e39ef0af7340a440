import { sql } from 'kysely';
import type { LimitStore } from '../limits.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';

const countClaim = prepared((db, { assistantId }: { assistantId: string }) =>
  db
    .updateTable('assistant_limits')
    .set({ claims: sql`claims + 1` })
    .where('assistant_id', '=', assistantId)
    .where('max_running', 'is not', null)
    .returning('max_running'),
);

export const createLimitStore = (db: LedgerConnection): LimitStore => ({
  get: async (assistantId) => {
    const row = await db
      .selectFrom('assistant_limits')
      .select(['max_running', 'priority'])
      .where('assistant_id', '=', assistantId)
      .executeTakeFirst();
    return row && { max_running: row.max_running, priority: row.priority };
  },

  put: async ({ assistantId, limits: { max_running, priority }, by, at }) => {
    const set = { max_running, priority, updated_by: by, updated_at: at };
    await db
      .insertInto('assistant_limits')
      .values({ assistant_id: assistantId, ...set })
      .onConflict((conflict) => conflict.column('assistant_id').doUpdateSet(set))
      .execute();
    await setPriority(db, assistantId, priority);
  },

  remove: async (assistantId) => {
    const result = await db
      .deleteFrom('assistant_limits')
      .where('assistant_id', '=', assistantId)
      .executeTakeFirst();
    await setPriority(db, assistantId, 0);
    return result.numDeletedRows > 0n;
  },

  enter: async (assistantId) => {
    const [limit] = (await countClaim(db, { assistantId })).rows;
    if (!limit) return 'none';
    const { count } = await db
      .selectFrom('runs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('assistant_id', '=', assistantId)
      .where(sql<boolean>`state IN ('running', 'pausing')`)
      .executeTakeFirstOrThrow();
    return Number(count) < (limit.max_running ?? Infinity) ? 'room' : 'full';
  },
});

const setPriority = async (db: LedgerConnection, assistantId: string, priority: number): Promise<void> => {
  await db
    .updateTable('runs')
    .set({ priority })
    .where('assistant_id', '=', assistantId)
    .where(sql<boolean>`state IN ('pending', 'running', 'pausing', 'paused', 'stopped')`)
    .execute();
};
