import { sql, type Kysely } from 'kysely';

/** What was asked with an idempotency key, beside what came of it. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const table of ['runs', 'pauses', 'scope_pauses', 'emergency_stops'])
    await sql`ALTER TABLE ${sql.table(table)} ADD COLUMN request_hash TEXT`.execute(db);
};
