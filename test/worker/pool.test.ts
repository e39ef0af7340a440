import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deferred } from '../support/deferred.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { restartDelayMs } from '../../src/worker/child.ts';
import { WorkerPool, type PoolOptions } from '../../src/worker/pool.ts';

const startPool = (options: Partial<PoolOptions> = {}): WorkerPool =>
  new WorkerPool({
    entry: fileURLToPath(new URL('entry/stand-in.mjs', import.meta.url)),
    options: () => ({}),
    env: process.env,
    kind: { version: '1', slots: 1 },
    size: 1,
    blockedMs: 60_000,
    newId: () => crypto.randomUUID(),
    onReady: () => {},
    onSignal: () => {},
    onGone: () => Promise.resolve(),
    recycle: { reason: () => undefined, drainMs: 60_000 },
    log: createLogger('silent'),
    ...options,
  });

it('lets a worker that is replaced take runs until another does, though the first of these cannot start', async () => {
  let started = 0;
  /** How all workers were, each time that one came to take runs. */
  const seen: string[][] = [];
  const pool = startPool({
    options: () => ({ dies: ++started === 2 }),
    onReady: () => void seen.push(pool.list().map(({ state }) => state)),
    recycle: { reason: () => (started === 1 ? 'it has had a run' : undefined), drainMs: 60_000 },
  });
  const [first] = pool.list();
  await expect.poll(() => pool.list().map(({ id }) => id)).not.toContain(first?.id);
  await pool.stop(1000);
  expect(seen).toEqual([['running'], ['running', 'running']]);
});

it('is ready once a worker takes runs, though those before it die as they start', async () => {
  let started = 0;
  const pool = startPool({ options: () => ({ dies: ++started === 1 }) });
  await pool.ready();
  expect(pool.list()).toMatchObject([{ state: 'running' }]);
  await pool.stop(1000);
});

const limitFiles = (most: number): void => {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--nofile=${most}:`]);
};

/** Does `work` while this process cannot open anything. */
const withoutFiles = <T>(work: () => T): T => {
  const [, before] = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  limitFiles(Math.max(...readdirSync('/proc/self/fd').map(Number)) + 50);
  const open: number[] = [];
  try {
    for (;;) open.push(openSync('/dev/null', 'r'));
  } catch {
    return work();
  } finally {
    open.forEach(closeSync);
    limitFiles(Number(before));
  }
};

it('starts a worker again that could not be started because no file descriptor was left', async () => {
  const ready = deferred<void>();
  const pool = withoutFiles(() => startPool({ onReady: ready.resolve }));
  expect(pool.list()).toMatchObject([{ pid: undefined }]);
  await ready.promise;
  expect(pool.list()).toMatchObject([{ state: 'running' }]);
  await pool.stop(1000);
});

it('starts a worker again when the system refuses to start one, whichever way Node says so', async () => {
  const ready = deferred<void>();
  const env: NodeJS.ProcessEnv = { ...process.env, TOO_LONG: 'x'.repeat(200_000) };
  const pool = startPool({ env, onReady: ready.resolve });
  expect(pool.list()).toMatchObject([{ pid: undefined }]);
  delete env['TOO_LONG'];
  await ready.promise;
  await pool.stop(1000);
});

it('waits before it starts another when workers end as they start, unless a run ended one', async () => {
  const ends = ['dies', 'endsEarly', 'blames', 'dies', 'stays'];
  const delays: unknown[] = [];
  const log = createLogger('silent');
  log.warn = ((facts: { delayMs?: number }) => void delays.push(facts.delayMs ?? 'gone')) as typeof log.warn;
  const stays = deferred<void>();
  let started = 0;
  const pool = startPool({
    log,
    options: () => {
      const does = ends[started++] ?? '';
      if (does === 'stays') stays.resolve();
      return { [does]: true };
    },
  });
  await stays.promise;
  await pool.stop(1000);
  expect(delays).toEqual(['gone', 'gone', 1000, 'gone', 'gone']);
});

it('starts another at once as often as one is killed at its work', async () => {
  const delays: number[] = [];
  const log = createLogger('silent');
  log.warn = ((facts: { delayMs?: number }) => void delays.push(facts.delayMs ?? 0)) as typeof log.warn;
  let kills = 0;
  const done = deferred<void>();
  const pool = startPool({
    log,
    onReady: () => {
      if (++kills > 4) return done.resolve();
      process.kill(pool.list()[0]?.pid ?? NaN, 'SIGKILL');
    },
  });
  await done.promise;
  await pool.stop(1000);
  expect(delays).toEqual([0, 0, 0, 0]);
});

it('waits twice as long each time, up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 6, 7, 50].map(restartDelayMs)).toEqual([
    0, 0, 1000, 2000, 4000, 16_000, 30_000, 30_000,
  ]);
});

it('starts the workers that wait to be started when it is told to replace all', async () => {
  let started = 0;
  const pool = startPool({ options: () => ({ dies: ++started <= 3 }) });
  await expect.poll(() => started).toBe(3);
  await expect.poll(() => pool.list()).toEqual([]);
  await pool.replace(1000);
  expect(pool.list()).toMatchObject([{ state: 'running' }]);
  await pool.stop(1000);
});

describe('a call', () => {
  const startTwo = async (options: Partial<PoolOptions> = {}): Promise<WorkerPool> => {
    const pool = startPool({ size: 2, ...options });
    await expect.poll(() => pool.list().map(({ state }) => state)).toEqual(['running', 'running']);
    return pool;
  };
  /** Answers the process that was asked. */
  const ask = (pool: WorkerPool): Promise<unknown> => pool.call('readGraph', {} as never, 60_000);

  it('goes to the worker that was heard of last', async () => {
    let started = 0;
    const pool = await startTwo({ options: () => ({ silent: ++started === 1 }) });
    const beat = (at: number): number => pool.list()[at]?.lastBeat ?? 0;
    const before = Math.max(beat(0), beat(1));
    await expect.poll(() => beat(1)).toBeGreaterThan(before);
    expect(await ask(pool)).toBe(pool.list()[1]?.pid);
    await pool.stop(1000);
  });

  it('goes to the worker that has less to answer', async () => {
    const pool = await startTwo();
    const first = ask(pool);
    await new Promise(setImmediate);
    expect(await ask(pool)).not.toBe(await first);
    await pool.stop(1000);
  });
});
