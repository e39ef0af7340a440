import { afterEach, describe, expect, it } from 'vitest';
import { isGone, until } from '../crash/crash-server.ts';
import { startTroubleServer, type TroubleServer } from './trouble-server.ts';

let server: TroubleServer;

/** Far less than it would go on for. The machine may be busy. */
const SOON_MS = 10_000;

afterEach(() => server.kill());

/** Kills the server as a power cut would; how long its worker outlives it. */
const outlived = async (worker: number): Promise<number> => {
  await server.kill();
  const since = performance.now();
  await until(() => isGone(worker));
  return performance.now() - since;
};

describe('a worker whose server was killed', () => {
  it('ends by itself', async () => {
    server = await startTroubleServer({});
    const { threadId } = await server.launch('steps', { steps: 100, ms: 50 });
    await until(() => server.effects(threadId).length > 0);
    expect(await outlived(await server.worker())).toBeLessThan(SOON_MS);
  });

  it('ends even in the middle of an endless loop', async () => {
    server = await startTroubleServer({});
    const { threadId } = await server.trouble('spin');
    await until(() => server.effects(threadId).length > 0);
    expect(await outlived(await server.worker())).toBeLessThan(SOON_MS);
  });

  it('ends even when it was only starting', async () => {
    server = await startTroubleServer({ STARTING_TAKES_MS: '300' });
    expect(await outlived(await server.worker())).toBeLessThan(SOON_MS);
  });
});
