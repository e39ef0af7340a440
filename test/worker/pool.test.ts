import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import { WorkerPool } from '../../src/worker/pool.ts';

it('lets a worker that is replaced take runs until another does, though the first of these cannot start', async () => {
  let started = 0;
  /** How all workers were, each time that one came to take runs. */
  const seen: string[][] = [];
  const pool = new WorkerPool({
    entry: fileURLToPath(new URL('entry/stand-in.mjs', import.meta.url)),
    options: () => ({ dies: ++started === 2 }),
    env: process.env,
    size: 1,
    blockedMs: 60_000,
    newId: () => crypto.randomUUID(),
    onReady: () => void seen.push(pool.list().map(({ state }) => state)),
    onSignal: () => {},
    onGone: () => Promise.resolve(),
    recycle: { reason: () => (started === 1 ? 'it has had a run' : undefined), drainMs: 60_000 },
    log: createLogger('silent'),
  });
  const [first] = pool.list();
  await expect.poll(() => pool.list().map(({ id }) => id)).not.toContain(first?.id);
  await pool.stop(1000);
  expect(seen).toEqual([['running'], ['running', 'running']]);
});
