import { sql, type Kysely } from 'kysely';

/** What happens to a thread when it expires: it goes, or all of it but its latest checkpoint does. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql.raw('ALTER TABLE threads ADD COLUMN ttl_strategy TEXT').execute(db);
};
