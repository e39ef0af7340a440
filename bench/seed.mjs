// Fills the database with threads as a run leaves them: every row of one that ran, again and again.

/** Adds threads until there are `count`. One at least must have run. */
export const seedThreads = async (postgres, count) => {
  const [{ have }] = await postgres.query('SELECT count(*)::int AS have FROM threads');
  const [model] = await postgres.query(
    `SELECT thread_id FROM threads WHERE lifecycle_state = 'success' ORDER BY created_at DESC LIMIT 1`,
  );
  if (have >= count) return;
  const columns = await postgres.query(
    `SELECT c.table_name AS name, array_agg(c.column_name::text) AS columns
     FROM information_schema.columns c WHERE c.table_schema = 'holdpoint' AND c.is_identity = 'NO'
       AND c.table_name IN (SELECT table_name FROM information_schema.columns
         WHERE table_schema = 'holdpoint' AND column_name = 'thread_id')
     GROUP BY c.table_name`,
  );
  const fill = columns.map(({ name, columns: all }) => {
    const values = all.map((column) => (OWN.has(column) ? `s.${column}` : `t.${column}`));
    return `INSERT INTO ${name} (${all.join(', ')}) SELECT ${values.join(', ')}
      FROM ${name} t, seed s WHERE t.thread_id = '${model.thread_id}'`;
  });
  await postgres.query(
    `CREATE TEMP TABLE seed AS SELECT gen_random_uuid()::text AS thread_id, gen_random_uuid()::text AS run_id
       FROM generate_series(1, ${count - have}); ${fill.join('; ')}; ANALYZE`,
  );
};

/** Each thread has ids of its own. */
const OWN = new Set(['thread_id', 'run_id']);
