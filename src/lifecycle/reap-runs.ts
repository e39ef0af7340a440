import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { waitingQuestions } from '../engine/questions.ts';
import type { ThreadNow } from '../engine/thread-now.ts';
import { isoTime } from '../model/clock.ts';
import { valuesIn } from './checkpoint-values.ts';
import { isUnavailable, type RunFailure } from '../model/errors.ts';
import { isActive, nextRunState, type RunState, type RunTransition } from '../model/run-state.ts';
import type { NewRunEvent } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import type { HeldThread } from '../model/thread.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger, ThreadPatch } from '../storage/ports.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import { tellable } from '../telemetry/redact.ts';
import { actorOf } from './cancel-run.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';
import { seeQuestions } from './record-questions.ts';
import { settleQuestions } from './settle-questions.ts';
import { restEvents, type SecuredPause } from './pause-record.ts';
import { holdRun } from './hold-run.ts';
import type { SecurePause } from './secure-pause.ts';
import { appendAsSystem } from './system-events.ts';

export interface ReapInput {
  /** Whose threads: a worker that is gone, or everybody whose lease ran out. */
  held: { owner: string } | { expiredBefore: number };
  /** The run that is known to have ended the worker, if one is. */
  culprit?: string | undefined;
  reason: string;
}

/** Reads what a thread shows from its latest checkpoint, as its graph understands it. */
export type ReadThread = (input: { threadId: string; graphId: string }) => Promise<ThreadNow>;

type ReapDeps = LifecycleDeps & { readThread: ReadThread; securePause: SecurePause };

/**
 * Takes back what a lost worker held. Each run returns to the queue and continues from its last checkpoint; an
 * operator's word given meanwhile is honoured. When one run is known to have ended the worker only that one
 * spends an attempt; else each that made no progress since its claim does. Answers how many were taken back.
 * @throws {AggregateError} when some could not be; the others were all the same.
 */
export const createReapRuns = (deps: ReapDeps) => {
  return async ({ reason, ...given }: ReapInput): Promise<number> => {
    const { storage } = deps;
    const input = { ...given, reason: tellable(reason) };
    const found = await storage.threads.heldBy(input.held);
    const failures: unknown[] = [];
    for (const held of found) {
      // The storage that is gone is gone for all; anything else is this thread's own.
      await takeBack(deps, input, held).catch((error: unknown) => {
        if (isUnavailable(error)) throw error;
        const { threadId } = held.lease;
        deps.log?.error({ err: error, threadId, runId: held.runId }, 'a thread cannot be taken back yet');
        failures.push(error);
      });
    }
    if (found.length > failures.length) storage.signals.publish({ kind: 'queue' });
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `${failures.length} of ${found.length} threads cannot be taken back yet`,
      );
    return found.length;
  };
};

const takeBack = async (deps: ReapDeps, input: ReapInput, held: HeldThread): Promise<void> => {
  const { storage } = deps;
  let taken: boolean | undefined;
  while (taken === undefined) {
    const reaping = { ...input, held, ...(await look(deps, input, held)) };
    taken = await storage.transaction((ledger) => reap(deps, ledger, reaping));
  }
  if (!taken) return;
  storage.signals.publish({ kind: 'thread', threadId: held.lease.threadId });
  deps.tally?.count('leasesLost', { why: 'owner' in input.held ? 'worker gone' : 'not renewed' });
};

interface Seen {
  latest: CheckpointTuple | undefined;
  /** Only where the thread comes to rest: its graph has to be loaded for it. */
  now: ThreadNow | undefined;
  /** Only where the thread comes to rest too. */
  asked: QuestionsAsked;
  /** Where a run that was to be paused was cut. */
  secured: SecuredPause | undefined;
  /** Whether a pause had been asked for. */
  pausing: boolean;
  /** How many attempts the assistant's own condition allows; then the run is held for a person instead of given up. */
  allowed: number | undefined;
}

interface Reaping extends Omit<ReapInput, 'held'>, Seen {
  held: HeldThread;
}

/** What there is to know before the transaction. */
const look = async (deps: ReapDeps, input: ReapInput, { lease, runId }: HeldThread): Promise<Seen> => {
  const { storage, readThread } = deps;
  const { threadId } = lease;
  const latest = await storage.checkpoints.reader.getTuple({
    configurable: { thread_id: threadId, checkpoint_ns: '' },
  });
  const run = runId === null ? undefined : await storage.runs.get(runId);
  const allowed = run && (await attemptsAllowed(deps, run));
  const state = run && verdict(deps, run, { ...input, latest, allowed }).state;
  const before = { latest, allowed, ...(await lookAtPause(deps, run, state)) };
  const rests = state === undefined || !isActive(state);
  const graphId = (await storage.threads.get(threadId))?.graphId ?? null;
  const asked = await seeQuestions(storage, { threadId, interrupts: rests ? waitingQuestions(latest) : {} });
  if (!latest || !rests || graphId === null) return { ...before, asked, now: undefined };
  // A graph that cannot be loaded keeps nobody from taking its threads back.
  const now = await readThread({ threadId, graphId }).catch(() =>
    run ? seenWithoutGraph(latest) : undefined,
  );
  return { ...before, asked, now };
};

const seenWithoutGraph = (latest: CheckpointTuple): ThreadNow => ({
  next: [],
  values: valuesIn(latest.checkpoint),
  interrupts: waitingQuestions(latest),
  hasNext: true,
});

const attemptsAllowed = async ({ storage }: ReapDeps, run: Run): Promise<number | undefined> =>
  (await storage.watch.conditions(run.assistantId))?.error_threshold?.count;

/** A run that was to be paused is paused where its lost worker left it. */
const lookAtPause = async (
  { storage, securePause }: ReapDeps,
  run: Run | undefined,
  state: RunState | undefined,
): Promise<Pick<Seen, 'secured' | 'pausing'>> => {
  const pausing = run?.state === 'pausing';
  const assistant = run && state === 'paused' ? await storage.assistants.get(run.assistantId) : undefined;
  if (!run || !assistant) return { pausing, secured: undefined };
  const { pauseId } = run;
  const secured = await securePause({ run, assistant, unsafe: true, ...(pauseId !== null && { pauseId }) });
  return { pausing, secured };
};

/** Whether it was taken back here, and not by another node; undefined when the run has moved since it was looked at. */
const reap = async (deps: ReapDeps, ledger: Ledger, reaping: Reaping): Promise<boolean | undefined> => {
  const { held, latest, now } = reaping;
  const { lease, runId } = held;
  const { threadId } = lease;
  if (!(await ledger.threads.holds(lease))) return false;
  const run = runId === null ? undefined : await ledger.runs.get(runId);
  if (pausedSince(deps, run, reaping)) return undefined;
  await ledger.threads.release(lease);
  const next = (await ledger.runs.unfinished(threadId)).find((other) => other.runId !== run?.runId);
  const shown = { next: next?.state, ...standing(latest, now) };
  if (run) await reapRun(deps, ledger, { ...reaping, run, shown });
  else if (now) await reapUpdate(deps, ledger, { threadId, shown, values: now.values });
  await ledger.runs.offerNext(threadId);
  return true;
};

/** A pause was asked for after the run was looked at. */
const pausedSince = (deps: ReapDeps, run: Run | undefined, reaping: Reaping): boolean =>
  run?.state === 'pausing' && !reaping.pausing && verdict(deps, run, reaping).state === 'paused';

/** What the thread is to show. */
interface Shown {
  /** The state of the run whose turn it is when this one has ended. */
  next: RunState | undefined;
  hasNext: boolean;
  /** Those of the latest checkpoint: one that was answered on the way waits no more. */
  questions: Pick<ThreadPatch, 'interrupts'>;
}

const standing = (latest: Seen['latest'], now: Seen['now']): Omit<Shown, 'next'> => ({
  hasNext: now?.hasNext ?? true,
  questions: latest ? { interrupts: now?.interrupts ?? waitingQuestions(latest) } : {},
});

const reapRun = async (
  deps: ReapDeps,
  ledger: Ledger,
  reaping: Reaping & { run: Run; shown: Shown },
): Promise<void> => {
  const { run, reason, shown, asked, secured } = reaping;
  const { transition, state, spent, failure } = verdict(deps, run, reaping);
  const at = isoTime(deps.clock);
  const rests = state === 'paused' || state === 'stopped';
  const { pauseId, reason: shownReason } = await holdIfMet(deps, ledger, reaping);
  const rest = { state, since: at, reason: shownReason, after: 0 };
  const events = rests ? restEvents({ ...run, pauseId }, rest) : failureEvents(failure);
  await appendAsSystem(deps, ledger, { run, events });
  await moveRun(ledger, {
    run,
    transition,
    actor: await actorOf(ledger, run, transition),
    at,
    secured,
    reason: shownReason,
    set: { spent, failure, pauseId },
    values: reaping.now?.values ?? null,
    thread: {
      ...shown.questions,
      status: threadStatusAfter(rests ? state : (shown.next ?? state), shown.hasNext),
    },
    detail: { reason, attempt: run.attempt, spent },
  });
  if (isActive(state)) return;
  const { hasNext, questions } = shown;
  const interrupts = questions.interrupts ?? {};
  await settleQuestions(deps, ledger, { run: { ...run, state }, interrupts, hasNext, asked, at });
};

/** The pause the run comes to, and what there is to say of its state. */
const holdIfMet = async (
  deps: ReapDeps,
  ledger: Ledger,
  reaping: Reaping & { run: Run },
): Promise<Pick<Run, 'pauseId' | 'reason'>> => {
  const { run } = reaping;
  const { transition, state, failure, problem } = verdict(deps, run, reaping);
  if (transition !== 'failUnderThreshold')
    return { pauseId: run.pauseId, reason: reasonOf(run, state, failure) };
  return { pauseId: await holdRun(deps, ledger, { run, reason: problem }), reason: problem };
};

const reasonOf = (run: Run, state: RunState, failure: RunFailure | null): string | null =>
  state === 'pending' ? null : (run.reason ?? failure?.message ?? null);

/** A state update was cut off: what the thread shows may be older than what it stored. */
const reapUpdate = async (
  { clock }: ReapDeps,
  ledger: Ledger,
  { threadId, shown, values }: { threadId: string; shown: Shown; values: string },
): Promise<void> => {
  const status = threadStatusAfter(shown.next ?? 'cancelled', shown.hasNext);
  await ledger.threads.patch(threadId, { ...shown.questions, status, updatedAt: isoTime(clock) });
  await ledger.threads.putValues(threadId, { runId: null, values });
};

interface Verdict {
  transition: RunTransition;
  state: RunState;
  spent: number;
  failure: RunFailure | null;
  /** What there is to say of the attempts. */
  problem: string;
}

const verdict = (
  { settings }: LifecycleDeps,
  run: Run,
  { culprit, latest, reason, allowed }: Pick<Reaping, 'culprit' | 'latest' | 'reason' | 'allowed'>,
): Verdict => {
  const spent = spentAfter(run, culprit, wrote(latest, run));
  const exhausted = spent >= Math.min(settings.maxSpentAttempts, allowed ?? Infinity);
  const ends = transitionFor(run, exhausted);
  const transition = ends === 'fail' && allowed !== undefined ? 'failUnderThreshold' : ends;
  const problem = `given up after ${spent} ${spent === 1 ? 'attempt' : 'attempts'}: ${reason}`;
  const failure: RunFailure | null =
    transition === 'fail'
      ? {
          reason: 'attempts_exhausted',
          error: 'AttemptsExhausted',
          message: problem,
        }
      : null;
  return { transition, state: nextRunState(run.state, transition) ?? run.state, spent, failure, problem };
};

/** How many attempts in a row the run has now spent. */
const spentAfter = (run: Run, culprit: string | undefined, progressed: boolean): number => {
  if (culprit === run.runId) return run.spent + 1;
  if (progressed) return 0;
  return culprit === undefined ? run.spent + 1 : run.spent;
};

const transitionFor = (run: Run, exhausted: boolean): RunTransition => {
  if (run.desired === 'rollback') return run.state === 'running' ? 'loseLease' : 'cancel'; // a worker undoes it
  if (run.desired === 'cancel') return 'cancel';
  if (run.desired === 'stop') return 'stop';
  if (run.state === 'pausing') return run.desired === 'pause_now' ? 'drainTimeout' : 'loseLease';
  return exhausted ? 'fail' : 'loseLease';
};

/** Whether the thread's newest checkpoint was written in this very attempt. */
const wrote = (latest: CheckpointTuple | undefined, { runId, attempt }: Run): boolean => {
  const metadata = latest?.metadata as Record<string, unknown> | undefined;
  return metadata?.['run_id'] === runId && metadata['run_attempt'] === attempt;
};

/** The last event of a run that is given up, so that whoever follows it hears why. */
const failureEvents = (failure: RunFailure | null): NewRunEvent[] => {
  if (!failure) return [];
  const { error, message } = failure;
  return [{ seq: 1, event: 'error', data: JSON.stringify({ error, message }), ref: null }];
};
