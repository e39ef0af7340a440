import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client } from '@langchain/langgraph-sdk';
import { run } from '../cli/cli.ts';
import { madeKey, type MadeKey } from '../security/keys-server.ts';
import { builtGraphs } from '../support/built.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { startServerProcess } from '../support/server.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const config = builtGraphs('scale');

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const copy = (from: string, to: string) =>
  promisify(execFile)(process.execPath, [CLI, 'copy', '--from', from, '--to', to, '--json']);

/** As threads were stored before fractions of a millisecond were rounded. */
const expireAtFraction = (file: string, threadId: string): void => {
  const db = new Database(file);
  db.prepare('UPDATE threads SET expires_ms = expires_ms + 0.5 WHERE thread_id = ?').run(threadId);
  db.close();
};

/** A command that failed, with --json. */
const saying = (what: string) => ({ stdout: expect.stringContaining(what) as string });

it(
  'moves a data folder to Postgres: finished threads, a copied one, a waiting question, a run that was killed and its API keys',
  { timeout: 180_000 },
  async () => {
    const dataDir = temporaryFolder();
    const embedded = { HOLDPOINT_DATABASE_URL: '', HOLDPOINT_REDIS_URL: '' };
    const before = await startServerProcess({ dataDir, config, env: embedded });
    const thread = async () => (await before.client.threads.create({ metadata: { n: 1 } })).thread_id;
    const [done, held, killed] = [await thread(), await thread(), await thread()];
    await before.client.runs.wait(done, 'steps', { input: { steps: 2 } });
    const trail = Array.from({ length: 40 }, (_, index) => `${index} `.padEnd(500, 'x'));
    await before.client.threads.updateState(done, { values: { trail }, asNode: 'step' });
    await before.client.runs.wait(held, 'gate', { input: {} });
    const { run_id: runId } = await before.client.runs.create(killed, 'steps', {
      input: { steps: 4, ms: 400 },
    });
    const history = await before.client.threads.getHistory(done);
    const state = await before.client.threads.getState(held);
    const copied = ((await before.client.threads.copy(held)) as unknown as { thread_id: string }).thread_id;
    await before.client.threads.update(copied, { metadata: {}, ttl: 10_000 });
    await expect(copy(dataDir, await postgres.newDatabase())).rejects.toMatchObject(
      saying('uses the data folder'),
    );
    await before.kill();
    expireAtFraction(join(dataDir, 'holdpoint.db'), copied);

    const { key } = madeKey(
      await run(['keys', 'create', 'mover', '--scope', 'admin', '--json', '--data', dataDir]),
    );
    const used = await postgres.newDatabase();
    const theirs = await run(['keys', 'create', 'theirs', '--scope', 'read'], {
      env: { HOLDPOINT_DATABASE_URL: used },
    });
    expect(theirs.code).toBe(0);
    await expect(copy(dataDir, used)).rejects.toMatchObject(saying('holds api_keys'));
    const url = await postgres.newDatabase();
    const { stdout } = await copy(dataDir, url);
    expect(JSON.parse(stdout)).toMatchObject({ rows: { threads: 4, runs: 3 } });
    await expect(copy(dataDir, url)).rejects.toMatchObject(saying('holds api_keys'));

    const after = await startServerProcess({
      config,
      env: {
        HOLDPOINT_DATABASE_URL: url,
        HOLDPOINT_REDIS_URL: '',
        HOLDPOINT_LEASE_MS: '3000',
        HOLDPOINT_RENEW_MS: '1000',
      },
    });
    const client = new Client({ apiUrl: after.url, apiKey: key });
    const ask = async (apiKey: string): Promise<number> =>
      (await fetch(`${after.url}/threads/${done}`, { headers: { 'x-api-key': apiKey } })).status;
    try {
      expect([await ask(''), await ask(key)]).toEqual([401, 200]);
      const env = { HOLDPOINT_DATABASE_URL: url };
      const made = await run(['keys', 'create', 'leaver', '--scope', 'read', '--json'], { env });
      const leaver = (made.json() as MadeKey).key;
      expect(await ask(leaver)).toBe(200);
      expect((await run(['keys', 'revoke', 'leaver'], { env })).code).toBe(0);
      await expect.poll(() => ask(leaver), { timeout: 30_000 }).toBe(401);
      expect(await client.threads.getHistory(done)).toEqual(history);
      expect(await client.threads.getState(held)).toEqual(state);
      const { values, tasks } = await client.threads.getState(copied);
      expect([values, tasks.map(({ interrupts }) => interrupts)]).toEqual([
        state.values,
        state.tasks.map(({ interrupts }) => interrupts),
      ]);
      const answered = await client.runs.wait(held, 'gate', { command: { resume: 'yes' } });
      expect(answered).toMatchObject({ trail: ['prepare', 'answered yes', 'act'] });
      await client.runs.join(killed, runId);
      expect((await client.threads.getState<{ trail: string[] }>(killed)).values.trail).toEqual([
        'step-1',
        'step-2',
        'step-3',
        'step-4',
      ]);
    } finally {
      await after.kill('SIGTERM');
    }
  },
);
