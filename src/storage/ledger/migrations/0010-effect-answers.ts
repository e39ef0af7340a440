import type { Kysely } from 'kysely';

/** How many answers of people the task of an effect in doubt has used. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .alterTable('effects')
    .addColumn('answers', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
};
