import { expect, it } from 'vitest';
import { cronRoutes } from '../../src/http/platform/crons.ts';
import type { PlatformDeps } from '../../src/http/platform/deps.ts';
import { threadRoutes } from '../../src/http/platform/threads.ts';
import type { RequestFacts, Route } from '../../src/http/route.ts';
import type { Cron } from '../../src/model/cron.ts';
import { createThreads } from '../../src/resources/threads.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import { thread } from '../storage/ports/records.ts';
import { temporaryFolder } from '../support/server.ts';

const at = (routes: Route[], method: string, path: string): Route => {
  const found = routes.find((route) => route.method === method && route.path === path);
  if (!found) throw new Error(`there is no ${method} ${path}`);
  return found;
};

const from = (identity: string): RequestFacts => ({
  headers: { 'x-team': identity },
  text: '',
  signal: new AbortController().signal,
  actor: identity,
  principal: { identity, displayName: identity, permissions: [], user: { identity } },
});

it('keeps a cron with who made it, whoever changes it', async () => {
  let kept: Cron | undefined;
  const crons: Partial<PlatformDeps['crons']> = {
    create: async (input) => (kept = { cronId: 'c', nextRunMs: 0, ...input } as Cron),
    update: async (_id, change) => (kept = { ...kept, ...change(kept as Cron) } as Cron),
  };
  const routes = cronRoutes({ crons } as unknown as PlatformDeps);
  const body = { assistant_id: 'ask', schedule: '0 0 1 1 *', input: {} };
  const made = at(routes, 'post', '/runs/crons');
  await made.run({ params: undefined, query: undefined, body, request: from('anna') });
  const changed = at(routes, 'patch', '/runs/crons/:cron_id');
  const params = { cron_id: '8a1b0c52-4f0e-4c58-9d52-5a7e39f6a001' };
  await changed.run({
    params,
    query: undefined,
    body: { metadata: { note: 'x' } },
    request: from('ben'),
  });
  expect(kept).toMatchObject({
    userId: 'anna',
    metadata: { note: 'x' },
    launch: { headers: { 'x-team': 'anna' }, identity: { langgraph_auth_user_id: 'anna' } },
  });
});

it('looks up the values of threads only where a search shows them', async () => {
  const storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
  await storage.transaction((ledger) => ledger.threads.insert(thread()));
  let looked = 0;
  const threads = createThreads({
    storage: {
      ...storage,
      threads: { ...storage.threads, values: (id) => ((looked += 1), storage.threads.values(id)) },
    },
    clock: { now: () => 0 },
    newId: () => '',
  });
  const search = at(threadRoutes({ threads } as PlatformDeps), 'post', '/threads/search');
  const lookups = async (body: object): Promise<number> => {
    looked = 0;
    await search.run({ params: undefined, query: undefined, body, request: from('anna') });
    return looked;
  };
  expect(await lookups({ select: ['thread_id', 'interrupts'] })).toBe(0);
  expect(await lookups({})).toBe(1);
  expect(await lookups({ select: ['thread_id', 'values'] })).toBe(1);
  expect(await lookups({ select: ['thread_id'], extract: { last: 'values.messages[-1]' } })).toBe(1);
  await storage.close();
});
