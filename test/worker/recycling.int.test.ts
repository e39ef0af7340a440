import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { storedRun } from '../crash/inspect.ts';
import { startTroubleServer, type RunRef, type TroubleServer } from './trouble-server.ts';

interface WorkerShown {
  worker_id: string;
  pid: number;
  state: string;
  active: number;
  taken: number;
  memory_bytes: number;
  drain: { why: string } | null;
  holds: { thread_id: string; run_id: string }[];
}

let server: TroubleServer;
afterEach(() => server.kill());

const slow = async (): Promise<RunRef> => {
  const run = await server.launch('steps', { steps: 4, ms: 400 });
  await until(() => did(run.threadId).length > 0);
  return run;
};

const get = async <T>(path: string): Promise<T> => (await fetch(`${server.url}${path}`)).json() as Promise<T>;
const workers = (): Promise<WorkerShown[]> => get<WorkerShown[]>('/workers');
const post = (path: string, body: object): Promise<Response> =>
  fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) });

const isRunning = ({ state }: WorkerShown): boolean => state === 'running';

const did = (threadId: string): string[] => server.effects(threadId).map(({ what }) => what);

const STEPS = ['step-1', 'step-2', 'step-3', 'step-4'];

/** Runs of four steps, one after the other, until that many workers have been started. */
const runUntilWorkers = async (count: number): Promise<number> => {
  for (let runs = 0; ; runs++) {
    if (server.workers().length >= count) return runs;
    const run = await server.launch('steps', { steps: 4, ms: 50 });
    expect(await server.ended(run)).toMatchObject({ state: 'success', spent: 0 });
    expect(did(run.threadId)).toEqual(STEPS);
  }
};

describe('workers', () => {
  it('are shown with what they have and what waits, and drain when an operator says so: another goes on', async () => {
    server = await startTroubleServer({ HOLDPOINT_CONCURRENCY: '1' });
    const run = await slow();
    const next = await server.launch('steps', { steps: 1 });
    const [worker, ...others] = await workers();
    expect(others).toEqual([]);
    expect(worker).toMatchObject({ pid: await server.worker(), state: 'running', slots: 1, drain: null });
    expect(worker?.holds).toEqual([{ thread_id: run.threadId, run_id: run.runId }]);
    expect(await get(`/workers/${worker?.worker_id}`)).toMatchObject({ worker_id: worker?.worker_id });
    expect(await get('/queue')).toMatchObject({
      waiting: 1,
      oldest: { run_id: next.runId, age_ms: expect.any(Number) as number },
      runs: { running: 1, queued: 1 },
    });
    await server.ended(next);
    expect(await get('/queue')).toMatchObject({ waiting: 0, oldest: null, runs: { success: 2 } });
    expect((await fetch(`${server.url}/workers/${crypto.randomUUID()}`)).status).toBe(404);
    expect((await post(`/workers/${crypto.randomUUID()}/drain`, {})).status).toBe(404);

    const moved = await slow();
    const drained = await post(`/workers/${worker?.worker_id}/drain`, { reason: 'new kernel' });
    expect(drained.status).toBe(202);
    expect(await drained.json()).toMatchObject({ state: 'draining', drain: { why: 'user: new kernel' } });
    await server.ended(moved);
    expect(await storedRun(server.dataDir, moved.runId)).toMatchObject({
      state: 'success',
      attempt: 2,
      spent: 0,
    });
    expect(did(moved.threadId)).toEqual(STEPS);
    expect((await workers()).map(({ worker_id: id }) => id)).not.toContain(worker?.worker_id);
  });

  it.each([
    ['so many runs', { HOLDPOINT_WORKER_MAX_RUNS: '2' }],
    ['an age', { HOLDPOINT_WORKER_MAX_AGE_MS: '1500' }],
    ['so much memory', { HOLDPOINT_WORKER_MAX_MEMORY_MIB: '16' }],
  ])('are replaced after %s when another takes runs, and no run notices', async (_, env) => {
    server = await startTroubleServer(env);
    await server.ended(await server.launch('steps', { steps: 1 }));
    let replaced = false;
    const looks = (async () => {
      while (!replaced) expect(await workers()).toSatisfy((shown: WorkerShown[]) => shown.some(isRunning));
    })();
    const runs = runUntilWorkers(2).finally(() => (replaced = true));
    expect(await Promise.all([runs, looks])).toEqual([
      expect.toSatisfy((count: number) => count > 0),
      undefined,
    ]);
  });
});
