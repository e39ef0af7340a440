import { sql, type Kysely } from 'kysely';

/** Where an emergency stop has left a run: what its resume looks for again. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  'ALTER TABLE emergency_stop_runs ADD COLUMN checkpoint_id TEXT',
  'ALTER TABLE emergency_stop_runs ADD COLUMN checkpoint_sha256 TEXT',
  'CREATE INDEX emergency_stop_runs_of ON emergency_stop_runs (run_id)',
];
