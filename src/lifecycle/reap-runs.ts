import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { waitingQuestions } from '../engine/questions.ts';
import { isoTime } from '../model/clock.ts';
import type { RunFailure } from '../model/errors.ts';
import { isFinal, nextRunState, type RunTransition } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { HeldThread } from '../model/thread.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import { encodeState } from '../model/state-json.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';

export interface ReapInput {
  /** Whose threads: a worker that is gone, or everybody whose lease ran out. */
  held: { owner: string } | { expiredBefore: number };
  /** What is known of the end: the run that blocked the process, or nothing. */
  culprit?: string | undefined;
  reason: string;
}

/**
 * Takes back what a lost worker held. Each run returns to the queue and continues from its last checkpoint; an
 * operator's word given meanwhile is honoured. When one run is known to have blocked the worker only that one
 * spends an attempt; else each that made no progress since its claim does. Answers how many were taken back.
 */
export const createReapRuns = (deps: LifecycleDeps) => {
  return async (input: ReapInput): Promise<number> => {
    const { storage } = deps;
    const found = await storage.threads.heldBy(input.held);
    for (const held of found) {
      const latest = await storage.checkpoints.reader.getTuple({
        configurable: { thread_id: held.lease.threadId, checkpoint_ns: '' },
      });
      await storage.transaction((ledger) => reap(deps, ledger, { ...input, held, latest }));
      storage.signals.publish({ kind: 'thread', threadId: held.lease.threadId });
    }
    if (found.length > 0) storage.signals.publish({ kind: 'queue' });
    return found.length;
  };
};

interface Reaping {
  held: HeldThread;
  latest: CheckpointTuple | undefined;
  culprit?: string | undefined;
  reason: string;
}

const reap = async (deps: LifecycleDeps, ledger: Ledger, reaping: Reaping): Promise<void> => {
  const { latest, culprit, reason } = reaping;
  const { lease, runId } = reaping.held;
  if (!(await ledger.threads.holds(lease))) return;
  const run = runId === null ? undefined : await ledger.runs.get(runId);
  await ledger.threads.release(lease);
  if (runId === null && latest)
    await catchUp(ledger, { threadId: lease.threadId, latest, at: isoTime(deps.clock) });
  if (!run || nextRunState(run.state, 'loseLease') === undefined) return;
  const spends = culprit === undefined ? !wrote(latest, run) : culprit === run.runId;
  const spent = spends ? run.spent + 1 : run.spent;
  const exhausted = spent >= deps.settings.maxSpentAttempts;
  const transition = transitionFor(run, exhausted);
  const failure: RunFailure | null = exhausted
    ? {
        reason: 'attempts_exhausted',
        error: 'AttemptsExhausted',
        message: `given up after ${spent} attempts: ${reason}`,
      }
    : null;
  const state = nextRunState(run.state, transition) ?? run.state;
  await moveRun(ledger, {
    run,
    transition,
    actor: 'system',
    at: isoTime(deps.clock),
    reason: transition === 'loseLease' ? null : (run.reason ?? failure?.message ?? null),
    set: { spent, ...(failure && { failure }) },
    ...(state !== 'pending' && { thread: { status: threadStatusAfter(state, true) } }),
    detail: { reason, attempt: run.attempt, spent },
  });
  if (isFinal(state) && latest) {
    await ledger.threads.putValues(run.threadId, {
      runId: run.runId,
      values: encodeState(stateValues(latest)),
    });
  }
  await ledger.runs.offerNext(run.threadId);
};

/** A state update was cut off: what the thread shows may be older than what it stored. */
const catchUp = async (
  ledger: Ledger,
  { threadId, latest, at }: { threadId: string; latest: CheckpointTuple; at: string },
): Promise<void> => {
  await ledger.threads.patch(threadId, { interrupts: waitingQuestions(latest), updatedAt: at });
  await ledger.threads.putValues(threadId, { runId: null, values: encodeState(stateValues(latest)) });
};

/** The state's values without the graph's own channels. */
const stateValues = ({ checkpoint }: CheckpointTuple): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(checkpoint.channel_values).filter(([channel]) => !/^(__|branch:)/.test(channel)),
  );

const transitionFor = (run: Run, exhausted: boolean): RunTransition => {
  if (run.desired === 'cancel') return 'cancel';
  if (run.desired === 'stop') return 'stop';
  return exhausted ? 'fail' : 'loseLease';
};

/** Whether the thread's newest checkpoint was written in this very attempt. */
const wrote = (latest: CheckpointTuple | undefined, { runId, attempt }: Run): boolean => {
  const metadata = latest?.metadata as Record<string, unknown> | undefined;
  return metadata?.['run_id'] === runId && metadata['run_attempt'] === attempt;
};
