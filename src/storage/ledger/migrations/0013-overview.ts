import { sql, type Kysely } from 'kysely';

/** What counting and sorting all threads by their state stands on. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  `CREATE INDEX threads_by_lifecycle ON threads (lifecycle_state, updated_at) WHERE deleted = 0`,
];
