import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { deferred } from '../support/deferred.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { WorkerPool, type PoolOptions } from '../../src/worker/pool.ts';

const startPool = (options: Partial<PoolOptions> = {}): WorkerPool =>
  new WorkerPool({
    entry: fileURLToPath(new URL('entry/stand-in.mjs', import.meta.url)),
    options: () => ({}),
    env: process.env,
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
