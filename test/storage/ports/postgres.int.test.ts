import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresStorage } from '../../../src/storage/postgres/open.ts';
import { POSTGRES_VERSION, startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { storagePorts } from './suite.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

it(`runs on Postgres ${POSTGRES_VERSION}`, async () => {
  const storage = await openPostgresStorage({ url: await server.newDatabase() });
  const { sql } = await import('kysely');
  const { rows } = await sql<{
    version: string;
  }>`SELECT current_setting('server_version') AS version`.execute(storage.connection);
  await storage.close();
  expect(rows[0]?.version).toMatch(new RegExp(`^${POSTGRES_VERSION}\\.`));
});

storagePorts('Postgres', async () => openPostgresStorage({ url: await server.newDatabase() }));
