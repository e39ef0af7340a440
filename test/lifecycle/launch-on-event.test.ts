import { join } from 'node:path';
import Database from 'better-sqlite3';
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
    const onEvent = createLaunchOnEvent({ ...bench.deps, launchRun });
    const spread = createSpreadEvents({ ...bench.deps, launches: onEvent.launches });
    return () => spread().then(onEvent.launchAll);
  };

  it('now, as the queue is full, is tried again and launches it then', async () => {
    const spread = spreading('queue_full');
    await expect(spread()).rejects.toMatchObject({ code: 'queue_full' });
    await spread();
    await spread();
    expect(launches).toBe(2);
  });

  it('now keeps nobody waiting who resumes by it, or by one that came after it', async () => {
    const { deps, storage, launch, newThread, pause } = bench;
    const paused = async (event: string) => {
      const { threadId } = await launch(await newThread());
      return (await pause(threadId, { resumeWhen: { type: 'event', event } })).pause.pauseId;
    };
    const waiting = [await paused('ticket'), await paused('later')];
    for (const [eventId, type] of [
      ['two', 'ticket'],
      ['three', 'later'],
    ] as const)
      await createReceiveEvent(deps)({ eventId, type, data: null });
    await expect(spreading('queue_full')()).rejects.toMatchObject({ code: 'queue_full' });
    for (const pauseId of waiting)
      expect(await storage.fires.get(pauseId)).toMatchObject({ trigger: 'event' });
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

  it('is launched and done with also where its id, of an older version, is no text', async () => {
    const file = new Database(join(bench.dataDir, 'holdpoint.db'));
    file.exec(`UPDATE external_events SET event_id = CAST(x'6FEDA0BD' AS TEXT)`);
    file.close();
    launches = 1;
    await spreading('internal')();
    expect(launches).toBe(2);
    expect(await bench.storage.externalEvents.open()).toBeUndefined();
    expect(await bench.storage.externalEvents.launching()).toBeUndefined();
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
