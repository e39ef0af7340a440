import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdResources, type ResourceContext } from '../../src/engine/resources.ts';
import { deferred } from '../support/deferred.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('closes what opens after its time, when it does', async () => {
  const opened = deferred<void>();
  const close = vi.fn<(context: ResourceContext) => void>();
  const resources = { slow: { open: () => opened.promise, close } };
  const held = holdResources(() => Promise.resolve({ resources }), { threadId: 't', runId: 'r' });
  const [refused] = await Promise.allSettled([held.open(), vi.advanceTimersByTimeAsync(5000)]);
  expect(refused.status).toBe('rejected');
  expect(close).not.toHaveBeenCalled();
  opened.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(close).toHaveBeenCalledExactlyOnceWith({ threadId: 't', runId: 'r' });
});
