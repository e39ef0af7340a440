import type pg from 'pg';
import { HoldpointError } from '../../model/errors.ts';
import type { ExportedTable } from '../exported.ts';
import { migrateSchema } from './migrate.ts';
import { Connection, SCHEMA } from './pool.ts';
import { withoutNul } from './prepared.ts';

/** Postgres takes so many parameters in one statement. */
const MOST_PARAMETERS = 60_000;

/**
 * Fills a database with what another storage held, all or nothing. Answers how many rows of each table it has now.
 * @throws {HoldpointError} `already_exists` when any of these tables has rows in the database already.
 */
export const importIntoPostgres = async (
  url: string,
  tables: Iterable<ExportedTable>,
): Promise<Record<string, number>> => {
  await migrateSchema({ url });
  const client = new Connection({ connectionString: url, options: `-c search_path=${SCHEMA}` });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE writers IN ACCESS EXCLUSIVE MODE');
    const counts: Record<string, number> = {};
    for (const table of tables) {
      await refuseUsed(client, table.name);
      counts[table.name] = await fill(client, table);
    }
    await client.query('COMMIT');
    return counts;
  } finally {
    await client.end(); // what is not committed is gone
  }
};

const refuseUsed = async (client: pg.Client, table: string): Promise<void> => {
  const { rowCount } = await client.query(`SELECT 1 FROM ${table} LIMIT 1`);
  if (rowCount)
    throw new HoldpointError(
      'already_exists',
      `The database holds ${table} already: copy into one that no server has used.`,
    );
};

const fill = async (client: pg.Client, { name, columns, batches }: ExportedTable): Promise<number> => {
  let count = 0;
  const most = Math.max(1, Math.floor(MOST_PARAMETERS / columns.length));
  for (const batch of batches) {
    for (let from = 0; from < batch.length; from += most) {
      const rows = batch.slice(from, from + most);
      const places = rows.map(
        (_, row) => `(${columns.map((_column, at) => `$${row * columns.length + at + 1}`).join(', ')})`,
      );
      await client.query(
        `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES ${places.join(', ')}`,
        rows.flat().map(withoutNul),
      );
      count += rows.length;
    }
  }
  await goOnCounting(client, name);
  return count;
};

/** What counts up by itself goes on after the highest number there is. */
const goOnCounting = async (client: pg.Client, table: string): Promise<void> => {
  const { rows } = await client.query<{ column_name: string }>(
    `SELECT column_name FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 AND is_identity = 'YES'`,
    [SCHEMA, table],
  );
  for (const { column_name: column } of rows)
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), COALESCE((SELECT MAX(${column}) FROM ${table}), 0) + 1, false)`,
      [`${SCHEMA}.${table}`, column],
    );
};
