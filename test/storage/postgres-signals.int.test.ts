import { expect, it, onTestFinished, vi } from 'vitest';
import { openPool } from '../../src/storage/postgres/pool.ts';
import { createPostgresSignalBus } from '../../src/storage/postgres/signal-bus.ts';
import { startProxy } from '../scale/proxy.ts';
import { startPostgres } from '../support/postgres.ts';

it('signals are heard once, by one connection, also after one broke silently before it listened', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = await server.newDatabase();
  const proxy = await startProxy(server);
  onTestFinished(() => proxy.close());
  const sessionUrl = new URL(url);
  sessionUrl.port = String(proxy.port);
  const pool = openPool({ url, poolSize: 1, onError: () => {} });
  onTestFinished(() => pool.end());
  const errors: string[] = [];
  const signals = createPostgresSignalBus({
    pool,
    sessionUrl: sessionUrl.href,
    follows: false,
    sender: 'this one',
    onError: (error) => errors.push((error as Error).message),
  });
  onTestFinished(() => signals.close());
  await signals.ready;
  const listensAgain = new Promise<void>((resolve) => {
    signals.subscribe(({ kind }) => kind === 'due' && resolve());
  });

  proxy.halfOpenAt('LISTEN');
  proxy.cut();
  await listensAgain;
  expect(errors).toContain('Query read timeout');
  await vi.waitFor(() => expect(proxy.clients()).toBe(1));
});
