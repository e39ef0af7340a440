import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createResumeScope } from '../../src/lifecycle/pause-scope.ts';
import { createResumer } from '../../src/lifecycle/resume-fired.ts';
import { createResumeThread } from '../../src/lifecycle/resume-thread.ts';
import { deferred } from '../support/deferred.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('a pause whose condition is met, on two nodes', () => {
  let lifecycle: Lifecycle;
  beforeEach(async () => {
    lifecycle = await openLifecycle();
  });
  afterEach(() => lifecycle.storage.close());

  /** A node that has looked whether it may resume, and goes on with that when `go` says so. */
  const node = (go: Promise<unknown>) => {
    const { deps } = lifecycle;
    const looked = deferred<undefined>();
    const validateResume = async () => {
      looked.resolve(undefined);
      await go;
      return [];
    };
    const resumer = createResumer({
      ...deps,
      resumeThread: createResumeThread({ ...deps, validateResume }),
      resumeScope: createResumeScope(deps),
    });
    return { looked: looked.promise, resumer };
  };

  it('is resumed by one of them, and the other says so: nothing is refused', async () => {
    const { storage } = lifecycle;
    const run = await lifecycle.launch(await lifecycle.newThread());
    const { pauseId } = (await lifecycle.pause(run.threadId, {})).pause;
    const fire = { pauseId, trigger: 'webhook', data: null, firedMs: lifecycle.deps.clock.now() };
    await storage.transaction((ledger) => ledger.fires.insert(fire));
    const slow = deferred<undefined>();
    const [late, quick] = [node(slow.promise), node(Promise.resolve())];
    const beaten = late.resumer.resumeNow(pauseId);
    await late.looked;
    expect(await quick.resumer.resumeNow(pauseId)).toBeNull();
    slow.resolve(undefined);
    expect(await beaten).toBeNull();
    expect(await lifecycle.stateOf(run)).toBe('pending');
    expect((await lifecycle.logOf(run.threadId)).map(([kind]) => kind)).not.toContain('refuseResume');
  });

  it('does not resume the pause that a person made after it', async () => {
    const { deps, pause } = lifecycle;
    const { threadId } = await lifecycle.launch(await lifecycle.newThread());
    const resumeThread = createResumeThread({ ...deps, validateResume: () => Promise.resolve([]) });
    const first = (await pause(threadId)).pause;
    const late = createResumeThread({
      ...deps,
      validateResume: async () => {
        await resumeThread({ threadId, actor: 'user' });
        await pause(threadId, { reason: 'wait' });
        return [];
      },
    });
    await expect(late({ threadId, actor: 'event', pauseId: first.pauseId })).rejects.toMatchObject({
      code: 'invalid_transition',
    });
    expect(await lifecycle.storage.pauses.current(threadId)).toMatchObject({
      state: 'paused',
      reason: 'wait',
    });
  });
});
