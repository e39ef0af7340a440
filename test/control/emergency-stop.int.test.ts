import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isGone, until } from '../crash/crash-server.ts';
import { damage, storedRun, storedStates } from '../crash/inspect.ts';
import { startTroubleServer, type RunRef, type TroubleServer } from '../worker/trouble-server.ts';

interface Stop {
  stop_id: string;
  state: string;
  runs: { run_id: string; thread_id: string; confirmed: boolean }[];
}

/** Where times are held to what was promised; a machine that does much else cannot be. */
const TIMED = process.env['HOLDPOINT_LONG'] === '1';

const ENV = { HOLDPOINT_WORKERS: '2', HOLDPOINT_CONCURRENCY: '100' };

let server: TroubleServer;
beforeAll(async () => {
  server = await startTroubleServer(ENV);
});
afterAll(async () => {
  await server.kill();
  expect(damage(server.dataDir)).toEqual([]);
});

const send = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
};
const stop = async (scope: Record<string, unknown>) => {
  const { status, json } = await send('POST', '/emergency-stops', { scope, reason: 'enough' });
  expect(status).toBe(200);
  return json as Stop;
};
const coverage = async (id: string) => (await send('GET', `/emergency-stops/${id}`)).json as Stop;
const release = (id: string) => send('POST', `/emergency-stops/${id}/release`);
const allConfirmed = async (id: string): Promise<Stop> => {
  for (;;) {
    const found = await coverage(id);
    if (found.runs.every(({ confirmed }) => confirmed)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
/** What one test that failed left in force would fail all that follow, its own second try too. */
afterEach(async () => {
  for (const { stop_id: id } of (await send('GET', '/emergency-stops')).json as Stop[]) await release(id);
});
const begun = ({ threadId }: RunRef) => until(() => server.effects(threadId).length > 0);
const stateOf = async ({ runId }: RunRef) => (await storedRun(server.dataDir, runId)).state;
const statesOf = (runs: RunRef[]) =>
  storedStates(
    server.dataDir,
    runs.map(({ runId }) => runId),
  );
const restart = async () => {
  const { dataDir } = server;
  await server.kill();
  server = await startTroubleServer(ENV, dataDir);
};

describe('an emergency stop of everything', () => {
  it('ends a hundred runs, deaf ones too; nothing of them goes on, and nothing starts, not even after kill -9', async () => {
    const hanging = await Promise.all(Array.from({ length: 60 }, () => server.trouble('hangOnce')));
    const stepping = await Promise.all(
      Array.from({ length: 40 }, () => server.launch('steps', { steps: 100, ms: 2000 })),
    );
    const runs = [...hanging, ...stepping];
    for (const run of runs) await begun(run);
    const spinning = await server.trouble('spin');
    await begun(spinning);
    const pids = server.workers();

    const made = await stop({ all: true });
    const returned = Date.now();

    expect(new Set(made.runs.map(({ run_id: id }) => id))).toEqual(
      new Set([...runs, spinning].map(({ runId }) => runId)),
    );
    expect(await statesOf([...runs, spinning])).toEqual(new Set(['stopped']));
    await until(() => pids.every(isGone));
    const gone = Date.now();
    const took = gone - returned;
    console.log(`the workers of ${runs.length + 1} stopped runs were gone after ${took} ms`);
    expect(took).toBeLessThan(TIMED ? 2000 : Infinity);
    await allConfirmed(made.stop_id);
    const done = server.effects().length;

    const { thread_id: other } = await server.client.threads.create();
    const launch = () =>
      send('POST', `/threads/${other}/runs`, { assistant_id: 'steps', input: { steps: 1 } });
    expect(await launch()).toMatchObject({ status: 423, json: { code: 'stopped' } });
    await restart();
    expect(await launch()).toMatchObject({ status: 423 });
    expect(await coverage(made.stop_id)).toMatchObject({ state: 'in_force' });
    expect(server.effects().length).toBe(done);
    expect(server.effects().filter(({ at }) => at > (TIMED ? returned + 1000 : gone))).toEqual([]);

    expect(await release(made.stop_id)).toMatchObject({ status: 200, json: { state: 'released' } });
    expect(await launch()).toMatchObject({ status: 200 });
    expect(await statesOf(runs)).toEqual(new Set(['stopped']));
    const [first] = runs as [RunRef];
    expect(await server.client.threads.get(first.threadId)).toMatchObject({
      status: 'interrupted',
      lifecycle: { state: 'stopped', reason: 'enough' },
    });
    expect(
      await send('POST', `/threads/${first.threadId}/runs`, { assistant_id: 'steps', input: {} }),
    ).toMatchObject({ status: 409, json: { code: 'thread_paused' } });
  });

  it('holds when the server dies right after its commit', async () => {
    const run = await server.trouble('hangOnce');
    await begun(run);
    server.crashNextAt('api', 'stop:committed');
    await expect(stop({ thread_id: run.threadId })).rejects.toThrow(/fetch failed/);
    await restart();
    const [made] = (await send('GET', '/emergency-stops')).json as [Stop];
    await allConfirmed(made.stop_id);
    expect(await stateOf(run)).toBe('stopped');
    await release(made.stop_id);
  });
});

describe('an emergency stop of one thread', () => {
  it('leaves the others: what shared its worker goes on and has spent nothing', async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, () => server.launch('steps', { steps: 10, ms: 400 })),
    );
    const deaf = await server.trouble('hangOnce');
    for (const run of [...others, deaf]) await begun(run);
    const made = await stop({ thread_id: deaf.threadId });
    expect(made.runs).toMatchObject([{ run_id: deaf.runId, confirmed: false }]);
    await allConfirmed(made.stop_id);
    for (const run of others) expect(await server.ended(run)).toMatchObject({ state: 'success', spent: 0 });
    expect(await stateOf(deaf)).toBe('stopped');
    const resume = () => send('POST', `/threads/${deaf.threadId}/resume`, {});
    const refused = await resume();
    expect(refused).toMatchObject({ status: 412, json: { code: 'preflight_failed' } });
    expect(JSON.stringify(refused.json)).toContain('emergency_stop');
    await release(made.stop_id);
    expect(await stateOf(deaf)).toBe('stopped');
    expect((await resume()).status).toBe(202);
    expect(await server.ended(deaf)).toMatchObject({ state: 'success', attempt: 2 });
  });

  it('is refused for what is not there, and without a reason', async () => {
    const nobody = crypto.randomUUID();
    const body = (scope: unknown) => ({ scope, reason: 'x' });
    expect(await send('POST', '/emergency-stops', body({ thread_id: nobody }))).toMatchObject({
      status: 404,
    });
    expect(await send('POST', '/emergency-stops', body({ assistant_id: nobody }))).toMatchObject({
      status: 404,
    });
    for (const scope of [{}, { all: false }, { all: true, thread_id: nobody }])
      expect(await send('POST', '/emergency-stops', body(scope))).toMatchObject({ status: 422 });
    expect(await send('POST', '/emergency-stops', { scope: { all: true } })).toMatchObject({ status: 422 });
    expect(await send('GET', `/emergency-stops/${nobody}`)).toMatchObject({ status: 404 });
  });
});
