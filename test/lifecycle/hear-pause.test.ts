import { describe, expect, it } from 'vitest';
import { createHeardPause } from '../../src/lifecycle/hear-pause.ts';
import { createRequestPause } from '../../src/lifecycle/pause-thread.ts';
import { openLifecycle } from './bench.ts';

/** A pause that is asked for of a run at work, and whether it was answered yet. */
const ask = async (withinMs?: number) => {
  const { deps, storage, securePause, ...lifecycle } = await openLifecycle();
  const threadId = await lifecycle.newThread();
  const { run } = await lifecycle.claim(await lifecycle.launch(threadId));
  const requestPause = createHeardPause(
    storage.signals,
    createRequestPause({ ...deps, securePause }),
    withinMs,
  );
  const given = new Promise<void>((resolve) => {
    const stop = storage.signals.subscribe(({ kind }) => {
      if (kind === 'desired') resolve(stop());
    });
  }).then(() => {});
  let answered = false;
  const answer = requestPause({ threadId, reason: 'because', actor: 'user' }).then((asked) => {
    answered = true;
    return asked;
  });
  await given;
  await new Promise((resolve) => setImmediate(resolve));
  return { storage, run, answer, isAnswered: () => answered };
};

describe('the answer to a pause', () => {
  it('comes when the worker that has the run has heard of it, and not before', async () => {
    const { storage, run, answer, isAnswered } = await ask(60_000);
    storage.signals.publish({ kind: 'obeyed', runId: 'another' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered()).toBe(false);
    storage.signals.publish({ kind: 'obeyed', runId: run.runId });
    expect((await answer).pause).toMatchObject({ runId: run.runId, state: 'draining' });
  });

  it('comes all the same when nobody hears', async () => {
    const { answer } = await ask();
    expect((await answer).pause.state).toBe('draining');
  });
});
