import { once } from 'node:events';
import type { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { run, start } from '../cli/cli.ts';
import { isGone } from '../crash/crash-server.ts';
import { askUntilGone } from '../support/askers.ts';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess } from '../support/server.ts';
import {
  childrenOf,
  eventually,
  startCluster,
  type ApiNode,
  type Cluster,
  type NodeProcess,
} from './cluster.ts';

let cluster: Cluster;
let one: ApiNode;
let other: ApiNode;
let workers: NodeProcess;
beforeAll(async () => {
  cluster = await startCluster();
  [one, other, workers] = await Promise.all([cluster.api(), cluster.api(), cluster.workers()]);
});
afterAll(() => cluster.stop());

const newThread = async () => (await one.client.threads.create()).thread_id;
const launch = async (graph: string, input: Record<string, unknown>) => {
  const threadId = await newThread();
  const { run_id: runId } = await one.client.runs.create(threadId, graph, { input });
  return { threadId, runId };
};
const begun = ({ threadId }: { threadId: string }) => eventually(() => cluster.effects(threadId).length > 0);
const workerOf = async ({ threadId }: { threadId: string }) =>
  (
    await cluster.query<{ lease_owner: string }>('SELECT lease_owner FROM threads WHERE thread_id = $1', [
      threadId,
    ])
  )[0]?.lease_owner;

describe('API nodes without workers of their own', () => {
  it('launch, stream and answer runs that are executed elsewhere', async () => {
    const threadId = await newThread();
    const asked = await one.client.runs.wait(threadId, 'gate', { input: {} });
    expect(asked).toMatchObject({ trail: ['prepare'] });
    const answered = await other.client.runs.wait(threadId, 'gate', { command: { resume: 'yes' } });
    expect(answered).toMatchObject({ trail: ['prepare', 'answered yes', 'act'] });
  });

  it('start one run, make one stop and one pause of what both are asked at the same instant with one key', async () => {
    const threadId = await newThread();
    const scope = { thread_id: threadId };
    const ask = async ({ url }: ApiNode, path: string, body: object) => {
      const init = { method: 'POST', headers: { 'idempotency-key': 'both' }, body: JSON.stringify(body) };
      return (await (await fetch(`${url}${path}`, init)).json()) as Record<string, unknown>;
    };
    const idsOf = async (field: string, path: string, body: object) => {
      const nodes = [one, other, one, other];
      const answers = await Promise.all(nodes.map((node) => ask(node, path, body)));
      return new Set(answers.map((answer) => answer[field]));
    };
    const run = { assistant_id: 'steps', input: { steps: 3 }, multitask_strategy: 'enqueue' };
    const runs = await idsOf('run_id', `/threads/${threadId}/runs`, run);
    const own = await idsOf('run_id', '/runs', run);
    for (const runId of [...runs, ...own])
      await one.client.runs.join(threadId, String(runId)).catch(() => {});
    expect(cluster.effects(threadId)).toHaveLength(3);
    const stops = await idsOf('stop_id', '/emergency-stops', { scope, reason: 'enough' });
    const pauses = await idsOf('pause_id', '/pauses', { scope, reason: 'maintenance' });
    for (const ids of [runs, own, stops, pauses]) expect([...ids]).toEqual([expect.any(String)]);
    expect(await one.client.runs.list(threadId)).toHaveLength(1);
  });

  it('have states updated, and refusals said, by a worker elsewhere', async () => {
    const threadId = await newThread();
    await one.client.runs.wait(threadId, 'steps', { input: { steps: 1 } });
    await other.client.threads.updateState(threadId, { values: { trail: ['by hand'] }, asNode: 'step' });
    expect((await one.client.threads.getState(threadId)).values).toMatchObject({
      trail: ['step-1', 'by hand'],
    });
    const refused = await other.send('POST', `/threads/${threadId}/state`, {
      values: { trail: ['x'] },
      as_node: 'nobody',
    });
    expect(refused).toMatchObject({ status: 422, json: { code: 'invalid_request' } });
    expect(await cluster.query('SELECT 1 FROM worker_calls')).toEqual([]);
  });

  it('read what a graph that is a function says by a worker elsewhere', async () => {
    const threadId = await newThread();
    const config = { configurable: { greeting: 'moin' } };
    await one.client.runs.wait(threadId, 'factory', { input: {}, config, interruptAfter: ['say'] });
    const { next, values } = await other.client.threads.getState(threadId);
    expect({ next, values }).toEqual({
      next: [expect.stringMatching(/^pid-\d+-moin$/)],
      values: { said: 'moin' },
    });
    expect(next).not.toContain(`pid-${other.child.pid}-moin`);
    const { nodes } = await other.client.assistants.getGraph('factory');
    expect(nodes.map(({ id }) => id)).toContain(next[0]?.replace('moin', 'hello'));
  });

  it('let a stream go on at another node, from the last event seen', async () => {
    const threadId = await newThread();
    const { run_id: runId } = await one.client.runs.create(threadId, 'tokens', {
      input: { events: 60, everyMs: 20 },
      streamMode: ['custom'],
      streamResumable: true,
    });
    const seen: number[] = [];
    let last: string | undefined;
    for await (const { id, event, data } of one.client.runs.joinStream(threadId, runId, {
      lastEventId: '-1',
    })) {
      if (event === 'custom') seen.push((data as { n: number }).n);
      last = id;
      if (seen.length === 20) break;
    }
    const rest = other.client.runs.joinStream(threadId, runId, { lastEventId: last ?? '' });
    for await (const { event, data } of rest) if (event === 'custom') seen.push((data as { n: number }).n);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('pause and resume what runs elsewhere', async () => {
    const run = await launch('steps', { steps: 8, ms: 150 });
    await begun(run);
    expect((await other.send('POST', `/threads/${run.threadId}/pause`, { reason: 'look' })).status).toBe(202);
    await one.client.runs.join(run.threadId, run.runId);
    const at = cluster.effects(run.threadId).length;
    expect(at).toBeLessThan(8);
    expect((await one.send('POST', `/threads/${run.threadId}/resume`, {})).status).toBe(202);
    await other.client.runs.join(run.threadId, run.runId);
    expect(cluster.effects(run.threadId).map(({ what }) => what)).toEqual(
      Array.from({ length: 8 }, (_, i) => `step-${i + 1}`),
    );
  });

  it('fire a cron once, all of them together', async () => {
    const cron = await one.client.crons.create('steps', {
      schedule: '* * * * * *',
      input: { steps: 1 },
      metadata: { cron: 'once' },
    });
    await eventually(async () => (await runsOf(cron.cron_id)).length >= 3);
    await one.client.crons.delete(cron.cron_id);
    const seconds = (await runsOf(cron.cron_id)).map(({ created_at }) => created_at.slice(0, 19));
    expect(new Set(seconds).size).toBe(seconds.length);
  });

  const runsOf = (cronId: string) =>
    cluster.query<{ created_at: string }>(
      `SELECT r.created_at FROM runs r JOIN threads t USING (thread_id)
       WHERE (t.metadata_json::jsonb)->>'cron_id' = $1`,
      [cronId],
    );
});

describe('an API node that is told to stop', () => {
  it('answers what it was asked: no run is made whose client hears nothing and asks another node', async () => {
    const ending = await cluster.api();
    const asked = askUntilGone(ending.url, 'steps');
    await asked.begun;
    await ending.kill('SIGTERM');
    await asked.over;
    const made = await cluster.query<{ thread_id: string }>('SELECT thread_id FROM runs');
    const ids = new Set(made.map(({ thread_id: id }) => id));
    expect(asked.cut.filter((id) => ids.has(id))).toEqual([]);
    expect([...asked.answered].filter((id) => !ids.has(id))).toEqual([]);
    expect(ending.child.exitCode).toBe(0);
    expect(ending.output()).not.toContain('"level":50');
  });

  it('leaves a run alone that is to be cancelled when its client leaves: that comes back elsewhere', async () => {
    const ending = await cluster.api();
    const [followed, awaited] = [crypto.randomUUID(), crypto.randomUUID()];
    const request = { ifNotExists: 'create', onDisconnect: 'cancel', input: { steps: 5, ms: 1000 } } as const;
    const stream = ending.client.runs.stream(followed, 'steps', { ...request, streamMode: 'updates' });
    const cut = (async () => {
      for await (const { event } of stream) if (event === 'updates') void ending.kill('SIGTERM');
    })();
    const waiting = ending.client.runs.wait(awaited, 'steps', request);
    await expect(cut).rejects.toThrow();
    await expect(waiting).rejects.toThrow();
    for (const threadId of [followed, awaited]) {
      await eventually(async () => (await one.client.threads.get(threadId)).status !== 'busy');
      expect(cluster.effects(threadId)).toHaveLength(5);
    }
  });
});

describe('an emergency stop', () => {
  it('ends the process of deaf code on another node, and says so only when it is gone', async () => {
    const deaf = await launch('trouble', { what: 'hangOnce' });
    await begun(deaf);
    const worker = await workerOf(deaf);
    const { json } = await one.send('POST', '/emergency-stops', {
      scope: { thread_id: deaf.threadId },
      reason: 'enough',
    });
    const { stop_id: stopId } = json as { stop_id: string };
    const confirmed = async () => {
      const { runs } = (await other.send('GET', `/emergency-stops/${stopId}`)).json as {
        runs: { confirmed: boolean }[];
      };
      return runs.every((run) => run.confirmed);
    };
    expect(await confirmed()).toBe(false);
    await eventually(confirmed);
    const left = await cluster.query<{ worker_id: string }>('SELECT worker_id FROM worker_processes');
    expect(left.map(({ worker_id: id }) => id)).not.toContain(worker);
    expect((await one.client.runs.get(deaf.threadId, deaf.runId)).status).toBe('interrupted');
    await one.send('POST', `/emergency-stops/${stopId}/release`);
  });
});

describe('a forced pause', () => {
  it('ends the process of deaf code on another node', async () => {
    const deaf = await launch('trouble', { what: 'hangOnce' });
    await begun(deaf);
    const asked = await one.send('POST', `/threads/${deaf.threadId}/pause`, {
      reason: 'now',
      drain_timeout_ms: 100,
      on_timeout: 'force',
    });
    expect(asked.status).toBe(202);
    await one.client.runs.join(deaf.threadId, deaf.runId);
    const { json } = await one.send('GET', `/threads/${deaf.threadId}/pause`);
    expect(json).toMatchObject({ state: 'paused' });
  });
});

describe('workers', () => {
  it('that are killed lose their runs to others, each step once, within 20 seconds', async () => {
    onTestFailed(() => console.log(cluster.said()));
    const second = await cluster.workers(); // before there is a run, which does not wait for it
    const run = await launch('steps', { steps: 20, ms: 300 }); // fewer than one attempt may do
    await begun(run);
    const [row] = await cluster.query<{ pid: number }>(
      `SELECT (seen_json::jsonb->>'pid')::int AS pid FROM worker_processes WHERE worker_id = $1`,
      [await workerOf(run)],
    );
    const [doomed, other] = childrenOf(workers).includes(row?.pid ?? 0)
      ? [workers, second]
      : [second, workers];
    await doomed.kill('SIGKILL');
    const killed = performance.now();
    const before = cluster.effects(run.threadId).length;
    await eventually(() => cluster.effects(run.threadId).length > before);
    expect(performance.now() - killed).toBeLessThan(20_000);
    await one.client.runs.join(run.threadId, run.runId);
    const state = await one.client.threads.getState<{ trail: string[] }>(run.threadId);
    expect(state.values.trail).toEqual(Array.from({ length: 20 }, (_, i) => `step-${i + 1}`));
    workers = other;
  });

  it('that drain hand over at the end of the step, and nothing is run twice', async () => {
    const run = await launch('steps', { steps: 12, ms: 200 });
    await begun(run);
    const next = await cluster.workers();
    await workers.kill('SIGTERM');
    workers = next;
    await one.client.runs.join(run.threadId, run.runId);
    const done = cluster.effects(run.threadId).map(({ what }) => what);
    expect(done).toEqual(Array.from({ length: 12 }, (_, i) => `step-${i + 1}`));
    expect(await cluster.query('SELECT spent::int FROM runs WHERE run_id = $1', [run.runId])).toEqual([
      { spent: 0 },
    ]);
  });

  it('whom nobody told where the API is fail a graph that calls it, and say what to set', async () => {
    const { threadId, runId } = await launch('caller', {});
    await one.client.runs.join(threadId, runId);
    const run = await one.client.runs.get(threadId, runId);
    expect(run).toMatchObject({ status: 'error' });
    expect(JSON.stringify(await one.client.threads.get(threadId))).toMatch(/HOLDPOINT_API_URL/);
    expect(workers.output()).toMatch(/API +unknown.*HOLDPOINT_API_URL/);
  });

  it('that know where the API is let graphs call it', async () => {
    const told = await cluster.workers({ HOLDPOINT_API_URL: one.url });
    await workers.kill('SIGTERM');
    workers = told;
    const state = await one.client.runs.wait(await newThread(), 'caller', { input: {} });
    expect(state).toMatchObject({ graphs: expect.arrayContaining(['caller']) as string[] });
    expect(told.output()).not.toMatch(/HOLDPOINT_API_URL/);
  });

  it('are counted as ready as soon as they are', async () => {
    const seldom = { HOLDPOINT_RENEW_MS: '100000', HOLDPOINT_LEASE_MS: '200000' };
    const extra = await cluster.workers(seldom);
    const [pid] = childrenOf(extra);
    const shown = async () => {
      const known = (await one.send('GET', '/workers')).json as { pid: number; state: string }[];
      return known.find((worker) => worker.pid === pid)?.state;
    };
    await expect.poll(shown, { timeout: 20_000 }).toBe('running');
    await extra.kill('SIGTERM');
  });

  it('end as they should when nobody reads any more what they print', async () => {
    const extra = await cluster.workers();
    extra.child.stdout?.destroy();
    await extra.kill('SIGTERM');
    expect(extra.child.exitCode).toBe(0);
  });

  it('leave no process behind when their supervisor is killed', async () => {
    const extra = await cluster.workers({ HOLDPOINT_WORKERS: '2' });
    const children = childrenOf(extra);
    expect(children).toHaveLength(2);
    await extra.kill('SIGKILL');
    await eventually(() => children.every(isGone));
  });
});

describe('the database', () => {
  it('is needed by workers and by an API without any', async () => {
    const embedded = { HOLDPOINT_DATABASE_URL: '' };
    await expect(cluster.workers(embedded)).rejects.toThrow(/HOLDPOINT_DATABASE_URL/);
    await expect(cluster.api(embedded)).rejects.toThrow(/HOLDPOINT_DATABASE_URL/);
  });

  it('is waited for by workers until a server has migrated it', async () => {
    const url = await cluster.postgres.newDatabase();
    const late = cluster.workers({ HOLDPOINT_DATABASE_URL: url, HOLDPOINT_LOG_LEVEL: 'error' });
    const server = await startServerProcess({ env: { HOLDPOINT_DATABASE_URL: url, HOLDPOINT_ROLE: 'api' } });
    expect((await late).output()).toMatch(/waits for the database/);
    await (await late).kill();
    await server.kill();
  });

  const wrong = (part: Partial<Record<'password' | 'pathname' | 'port', string>>): string =>
    Object.assign(new URL(cluster.url), part).href;

  it.each([
    [{ password: 's3cret' }, 'password authentication failed .* Correct user or password'],
    [{ pathname: 'nowhere' }, 'database "nowhere" does not exist.* Create the database'],
    [{ port: '1' }, 'ECONNREFUSED.* Start Postgres'],
  ])('that cannot be used is named with what to do, and without its password: %j', async (part, said) => {
    const url = wrong(part);
    const ended = await run(['migrate'], { env: { HOLDPOINT_DATABASE_URL: url } });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(new RegExp(`^holdpoint: Postgres at 127.0.0.1:\\d+/\\w+ .*${said}.*\\n$`));
    expect(ended.err).not.toContain('s3cret');
    for (const name of ['HOLDPOINT_DATABASE_URL', 'HOLDPOINT_DATABASE_SESSION_URL']) {
      const env = { HOLDPOINT_DATABASE_URL: cluster.url, [name]: url };
      const { child } = start(['worker', '--config', builtGraphs('scale')], { env });
      const [heard] = (await once(child.stderr as Readable, 'data')) as [Buffer];
      expect(heard.toString().replaceAll('\\"', '"')).toMatch(
        new RegExp(`waits for the database: .*${said}`),
      );
      child.kill('SIGKILL');
    }
  });

  it('whose URL cannot be read is refused without showing it', async () => {
    const url = 'postgres://postgres:s3cret@[bad/x';
    for (const name of ['HOLDPOINT_DATABASE_URL', 'HOLDPOINT_DATABASE_SESSION_URL']) {
      const env = { HOLDPOINT_DATABASE_URL: cluster.url, [name]: url };
      const { code, err } = await run(['worker', '--config', builtGraphs('scale')], { env });
      expect(code).toBe(1);
      expect(err).toMatch(/^holdpoint: The URL of Postgres cannot be read/);
      expect(err).not.toContain('s3cret');
    }
  });

  it('is the same by both of its URLs: where they name two, nothing starts and nothing is written', async () => {
    const other = await cluster.postgres.newDatabase();
    const env = { HOLDPOINT_DATABASE_URL: cluster.url, HOLDPOINT_DATABASE_SESSION_URL: other };
    const project = ['--config', builtGraphs('scale')];
    for (const args of [['migrate'], ['serve', '--port', '0', ...project], ['worker', ...project]]) {
      const { code, err } = await run(args, { env });
      expect(code).toBe(1);
      expect(err).toMatch(/^holdpoint: HOLDPOINT_DATABASE_URL and .* name different databases: .*\n$/);
      expect(err).not.toContain('postgres:postgres');
    }
    const client = new pg.Client(other);
    await client.connect();
    const { rows } = await client.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'holdpoint'`);
    expect(rows).toEqual([]);
    await client.end();
  });

  it('is found by its socket, and may have the tables of another application that migrates as we do', async () => {
    const url = new URL(await cluster.postgres.newDatabase());
    const client = new pg.Client(url.href);
    await client.connect();
    await client.query(`CREATE TABLE public.kysely_migration (name varchar PRIMARY KEY, timestamp varchar);
      CREATE TABLE public.kysely_migration_lock (id varchar PRIMARY KEY, is_locked int);
      INSERT INTO public.kysely_migration VALUES ('theirs', '2030')`);
    const socket = `postgres://postgres:postgres@${url.pathname}?host=/tmp&port=${url.port}`;
    const server = await startServerProcess({
      env: { HOLDPOINT_DATABASE_URL: socket, HOLDPOINT_ROLE: 'api' },
    });
    await expect.poll(server.output).toContain(`Postgres /tmp:${url.port}${url.pathname}`);
    await server.kill();
    const { rows } = await client.query('SELECT name FROM public.kysely_migration');
    expect(rows).toEqual([{ name: 'theirs' }]);
    await client.end();
  });

  it('that a newer version has written is refused and left alone', async () => {
    const url = await cluster.postgres.newDatabase();
    const server = await startServerProcess({ env: { HOLDPOINT_DATABASE_URL: url } });
    await server.kill('SIGTERM');
    const older = await cluster.workers({ HOLDPOINT_DATABASE_URL: url });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`INSERT INTO holdpoint.kysely_migration VALUES ('9999-future', '2030')`);
    await client.end();
    process.kill(childrenOf(older)[0] ?? 0, 'SIGKILL');
    await eventually(() =>
      older.output().includes('a worker cannot start: The database was written by a newer'),
    );
    expect(older.output()).not.toMatch(/^ +at /m);
    await older.kill('SIGTERM');
    await expect(startServerProcess({ env: { HOLDPOINT_DATABASE_URL: url } })).rejects.toThrow(
      /newer Holdpoint/,
    );
    await expect(cluster.workers({ HOLDPOINT_DATABASE_URL: url })).rejects.toThrow(/newer Holdpoint/);
  });
});
