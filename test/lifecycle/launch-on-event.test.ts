import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLaunchOnEvent } from '../../src/lifecycle/launch-on-event.ts';
import { createReceiveEvent, createSpreadEvents } from '../../src/lifecycle/receive-event.ts';
import { HoldpointError, type ErrorCode } from '../../src/model/errors.ts';
import type { Ledger } from '../../src/storage/ports.ts';
import { assistant, run } from '../storage/ports/records.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('an event whose assistant cannot be launched', () => {
  let bench: Lifecycle;
  let launches: number;
  beforeEach(async () => {
    bench = await openLifecycle();
    launches = 0;
    const metadata = { launch_on: { event: 'ticket' } };
    await bench.storage.transaction((ledger) => ledger.assistants.insert(assistant({ metadata })));
    await createReceiveEvent(bench.deps)({ eventId: 'one', type: 'ticket', data: null });
  });
  afterEach(() => bench.storage.close());

  /** The first launch is refused with this. */
  const spreading = (code: ErrorCode) => {
    const launchRun = ({ threadId }: { threadId: string }) =>
      ++launches === 1 ? Promise.reject(new HoldpointError(code, 'no')) : Promise.resolve(run(threadId));
    const launchOnEvent = createLaunchOnEvent({ ...bench.deps, launchRun });
    return createSpreadEvents({ ...bench.deps, launchOnEvent });
  };

  it('now, as the queue is full, is tried again and launches it then', async () => {
    const spread = spreading('queue_full');
    await expect(spread()).rejects.toMatchObject({ code: 'queue_full' });
    await spread();
    await spread();
    expect(launches).toBe(2);
  });

  it('is not spread for ever where it cannot be written that it has been', async () => {
    const transaction: typeof bench.storage.transaction = (work) =>
      bench.storage.transaction((ledger) => {
        const externalEvents = { ...ledger.externalEvents, saw: () => Promise.resolve(false) };
        return work(Object.create(ledger, { externalEvents: { value: externalEvents } }) as Ledger);
      });
    const spread = createSpreadEvents({ ...bench.deps, storage: { ...bench.storage, transaction } });
    await expect(spread()).rejects.toThrow('There is no event one.');
  });

  it.each(['stopped', 'scope_paused', 'assistant_not_found', 'thread_not_found'] as const)(
    'as it is to take none (%s) is not held back',
    async (code) => {
      const spread = spreading(code);
      await spread();
      await spread();
      expect(launches).toBe(1);
    },
  );
});
