import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { pauseNotFound, runNotFound, threadNotFound } from '../model/not-found.ts';
import type { Pause } from '../model/pause.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';
import { heldByWider, widerPause } from './pause-scope.ts';

export interface WithdrawPauseInput {
  threadId: string;
  actor: string;
}

export type WithdrawPause = (input: WithdrawPauseInput) => Promise<Pause>;

/**
 * Takes back a pause that is still draining: the run goes on as if it had not been asked. One whose step has just
 * ended goes on with its next attempt.
 * @throws {HoldpointError} `thread_not_found`, `pause_not_found`; `invalid_transition` when it is paused already, and
 * while the pause of a scope holds it.
 */
export const createWithdrawPause = (deps: LifecycleDeps): WithdrawPause => {
  return async (input) => {
    const { storage } = deps;
    const pause = await storage.transaction((ledger) => withdraw(deps, ledger, input));
    storage.signals.publish({ kind: 'desired', runId: pause.runId });
    storage.signals.publish({ kind: 'thread', threadId: pause.threadId });
    return pause;
  };
};

const withdraw = async (
  { clock }: LifecycleDeps,
  ledger: Ledger,
  { threadId, actor }: WithdrawPauseInput,
): Promise<Pause> => {
  if (!(await ledger.threads.get(threadId))) throw threadNotFound(threadId);
  const pause = await ledger.pauses.current(threadId);
  if (!pause) throw pauseNotFound(threadId);
  const run = await ledger.runs.get(pause.runId);
  if (!run) throw runNotFound(pause.runId);
  if (run.state !== 'pausing') {
    throw new HoldpointError(
      'invalid_transition',
      `Thread ${threadId} is ${run.state}: its pause can no longer be withdrawn, only resumed.`,
      { details: { run_id: run.runId, state: run.state } },
    );
  }
  const wider = await widerPause(ledger, run);
  if (wider) {
    throw new HoldpointError(
      'invalid_transition',
      `Thread ${threadId} stays paused: ${heldByWider(wider)}.`,
      {
        details: { run_id: run.runId, state: run.state, pause_id: wider.scopePauseId },
      },
    );
  }
  const detail = { pause_id: pause.pauseId };
  const at = isoTime(clock);
  await moveRun(ledger, { run, transition: 'withdrawPause', actor, at, set: { desired: 'run' }, detail });
  return (await ledger.pauses.get(pause.pauseId)) ?? pause;
};
