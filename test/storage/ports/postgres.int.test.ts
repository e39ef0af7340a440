import { afterAll, beforeAll } from 'vitest';
import { openPostgresStorage } from '../../../src/storage/postgres/open.ts';
import { startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { storagePorts } from './suite.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

storagePorts('Postgres', async () => openPostgresStorage({ url: await server.newDatabase() }));
