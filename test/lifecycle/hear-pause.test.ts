import { describe, expect, it } from 'vitest';
import { createHeardPause, createHeardWithdrawal } from '../../src/lifecycle/hear-pause.ts';
import { createRequestPause } from '../../src/lifecycle/pause-thread.ts';
import { createWithdrawPause } from '../../src/lifecycle/withdraw-pause.ts';
import type { SignalBus } from '../../src/storage/ports.ts';
import { openLifecycle } from './bench.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when the word has been given to the workers. */
const givenOn = (signals: SignalBus): Promise<void> =>
  new Promise((resolve) => {
    const stop = signals.subscribe(({ kind }) => {
      if (kind !== 'desired') return;
      stop();
      resolve();
    });
  });

/** What is said of a run at work, and whether that was answered yet. */
const say = async (what: 'pause' | 'withdrawal', withinMs?: number) => {
  const { deps, storage, securePause, ...lifecycle } = await openLifecycle();
  const { signals } = storage;
  const threadId = await lifecycle.newThread();
  const { run } = await lifecycle.claim(await lifecycle.launch(threadId));
  const request = createRequestPause({ ...deps, securePause });
  const asked = { threadId, reason: 'because', actor: 'user' };
  if (what === 'withdrawal') await request(asked);
  const given = givenOn(signals);
  let answered = false;
  const answer = (
    what === 'pause'
      ? createHeardPause(signals, request, withinMs)(asked).then(({ pause }) => pause)
      : createHeardWithdrawal(signals, createWithdrawPause(deps), withinMs)(asked)
  ).finally(() => (answered = true));
  await given;
  await turn();
  return { signals, run, answer, isAnswered: () => answered };
};

describe.each([
  ['pause', 'draining'],
  ['withdrawal', 'withdrawn'],
] as const)('the answer to a %s', (what, state) => {
  it('comes when the worker that has the run has heard of it, and not before', async () => {
    const { signals, run, answer, isAnswered } = await say(what, 60_000);
    signals.publish({ kind: 'obeyed', runId: 'another' });
    await turn();
    expect(isAnswered()).toBe(false);
    signals.publish({ kind: 'obeyed', runId: run.runId });
    expect(await answer).toMatchObject({ runId: run.runId, state });
  });

  it('comes all the same when nobody hears', async () => {
    const { answer } = await say(what);
    expect((await answer).state).toBe(state);
  });
});
