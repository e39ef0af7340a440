import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveRun } from '../../src/lifecycle/move-run.ts';
import { nextRunState, RUN_STATES, RUN_TRANSITIONS, type RunTransition } from '../../src/model/run-state.ts';
import { AT, run } from '../storage/ports/records.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

const TRANSITIONS = [
  ...new Set(RUN_STATES.flatMap((state) => Object.keys(RUN_TRANSITIONS[state]))),
] as RunTransition[];
const PAIRS = RUN_STATES.flatMap((from) => TRANSITIONS.map((transition) => ({ from, transition })));
const allowed = PAIRS.filter(({ from, transition }) => nextRunState(from, transition) !== undefined);
const refused = PAIRS.filter(({ from, transition }) => nextRunState(from, transition) === undefined);

describe('a run', () => {
  let lifecycle: Lifecycle;
  beforeAll(async () => {
    lifecycle = await openLifecycle();
  });
  afterAll(() => lifecycle.storage.close());

  const inState = async (state: (typeof RUN_STATES)[number]) => {
    const { storage, newThread } = lifecycle;
    const created = run(await newThread(), { state });
    await storage.transaction((ledger) => ledger.runs.insert(created));
    return created;
  };
  const move = (created: ReturnType<typeof run>, transition: RunTransition) =>
    lifecycle.storage.transaction((ledger) =>
      moveRun(ledger, { run: created, transition, actor: 'tester', at: AT, reason: 'why' }),
    );

  it.each(allowed)(
    'that is $from can $transition, and says so in the log and on the thread',
    async ({ from, transition }) => {
      const created = await inState(from);
      const to = nextRunState(from, transition);
      expect(await move(created, transition)).toBe(to);
      expect(await lifecycle.stateOf(created)).toBe(to);
      expect(await lifecycle.logOf(created.threadId)).toEqual([[transition, from, to]]);
      const thread = await lifecycle.storage.threads.get(created.threadId);
      expect(thread?.lifecycle).toEqual({ state: to, since: AT, reason: 'why', pauseId: null });
    },
  );

  it.each(refused)('that is $from cannot $transition, and is left as it is', async ({ from, transition }) => {
    const created = await inState(from);
    await expect(move(created, transition)).rejects.toMatchObject({
      code: 'invalid_transition',
      details: { state: from, run_id: created.runId },
    });
    expect(await lifecycle.stateOf(created)).toBe(from);
    expect(await lifecycle.logOf(created.threadId)).toEqual([]);
  });

  it('that another has moved meanwhile is not moved, and nothing is logged', async () => {
    const created = await inState('pending');
    await move(created, 'cancel');
    expect(await move(created, 'claim')).toBeUndefined();
    expect(await lifecycle.logOf(created.threadId)).toEqual([['cancel', 'pending', 'cancelled']]);
  });
});
