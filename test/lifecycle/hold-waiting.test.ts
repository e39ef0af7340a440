import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createResumeThread } from '../../src/lifecycle/resume-thread.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('a run whose step waits for an event', () => {
  let lifecycle: Lifecycle;
  beforeEach(async () => {
    lifecycle = await openLifecycle();
  });
  afterEach(() => lifecycle.storage.close());

  const waiting = async () => {
    const run = await lifecycle.launch(await lifecycle.newThread());
    const { pause } = await lifecycle.pause(run.threadId, {
      cause: 'condition',
      reason: 'waiting for "paid"',
      resumeWhen: { type: 'event', event: 'paid' },
      remedy: { kind: 'send_event', events: ['paid'], waits: ['key'] },
    });
    return { run, pause };
  };

  it('is not resumed by an event that was on its way when a person paused it', async () => {
    const { run, pause } = await waiting();
    const { threadId } = run;
    const resumeThread = createResumeThread({
      ...lifecycle.deps,
      validateResume: async () => {
        await lifecycle.pause(threadId, { reason: 'maintenance' });
        return [];
      },
    });
    const resumed = resumeThread({ threadId, actor: 'event', trigger: 'event', pauseId: pause.pauseId });
    await expect(resumed).rejects.toMatchObject({ code: 'invalid_transition' });
    expect(await lifecycle.stateOf(run)).toBe('paused');
  });

  it('stays paused by the step when something else than a person asks for a pause', async () => {
    const { run, pause } = await waiting();
    const again = await lifecycle.pause(run.threadId, { cause: 'window', reason: 'night' });
    expect(again).toMatchObject({ created: false, resumeToken: null, pause: { reason: pause.reason } });
    expect(await lifecycle.storage.conditions.countWaitingFor('paid')).toBe(1);
  });

  it('is waited for by nothing once a person paused it', async () => {
    const { run, pause } = await waiting();
    const held = await lifecycle.pause(run.threadId, { reason: 'maintenance' });
    expect(held).toMatchObject({ created: true, pause: { pauseId: pause.pauseId, reason: 'maintenance' } });
    expect(await lifecycle.storage.conditions.countWaitingFor('paid')).toBe(0);
    const second = await lifecycle.pause(run.threadId, { reason: 'again' });
    expect(second).toMatchObject({ created: false, pause: { reason: 'maintenance' } });
  });
});
