import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPauseScope, createResumeScope, createSweepScopes } from '../../src/lifecycle/pause-scope.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('a thread in a paused scope', () => {
  let lifecycle: Lifecycle;
  beforeEach(async () => {
    lifecycle = await openLifecycle();
  });
  afterEach(() => lifecycle.storage.close());

  const pauseAll = async () => {
    const { pause } = await createPauseScope(lifecycle.deps)({
      scope: { type: 'all' },
      terms: { reason: 'maintenance' },
      newRuns: 'queue',
      redirectTo: null,
      resumeWhen: null,
      actor: 'user',
    });
    return pause;
  };
  const running = async () => {
    const launched = await lifecycle.launch(await lifecycle.newThread());
    return (await lifecycle.claim(launched)).run;
  };

  it('is not paused for it once it has been resumed', async () => {
    const { deps, requestPause } = lifecycle;
    const run = await running();
    const { scopePauseId } = await pauseAll();
    await createSweepScopes({
      ...deps,
      requestPause: async (input) => {
        await createResumeScope(deps)({ scopePauseId, actor: 'user' });
        return requestPause(input);
      },
    })();
    expect(await lifecycle.stateOf(run)).toBe('running');
    expect(await lifecycle.storage.pauses.current(run.threadId)).toBeUndefined();
  });

  it('drains as long as that lasts: its pause cannot be withdrawn', async () => {
    const { deps, requestPause, withdraw } = lifecycle;
    const run = await running();
    const { threadId } = run;
    const { scopePauseId } = await pauseAll();
    await createSweepScopes({ ...deps, requestPause })();
    await expect(withdraw({ threadId, actor: 'user' })).rejects.toMatchObject({
      code: 'invalid_transition',
      details: { pause_id: scopePauseId },
    });
    await createResumeScope(deps)({ scopePauseId, actor: 'user' });
    await withdraw({ threadId, actor: 'user' });
    expect(await lifecycle.stateOf(run)).toBe('running');
  });
});
