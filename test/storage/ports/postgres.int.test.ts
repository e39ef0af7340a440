import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStorage } from '../../../src/storage/postgres/open.ts';
import { POSTGRES_VERSIONS, startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { storagePorts } from './suite.ts';

describe.each(POSTGRES_VERSIONS)('version %s', (version) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres([], version);
  });
  afterAll(() => server.stop());

  it('is what the tests run on', async () => {
    const storage = await openPostgresStorage({ url: await server.newDatabase() });
    const { sql } = await import('kysely');
    const { rows } = await sql<{
      version: string;
    }>`SELECT current_setting('server_version') AS version`.execute(storage.connection);
    await storage.close();
    expect(rows[0]?.version).toMatch(new RegExp(`^${version}\\.`));
  });

  storagePorts(`Postgres ${version}`, async () => openPostgresStorage({ url: await server.newDatabase() }));
});
