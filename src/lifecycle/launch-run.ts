import { isAnswer } from '../model/answer.ts';
import { inTheirDialects } from '../model/approval-dialects.ts';
import type { Assistant } from '../model/assistant.ts';
import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { isActive } from '../model/run-state.ts';
import type { CheckpointRef, MultitaskStrategy, Run, RunKwargs } from '../model/run.ts';
import type { Thread } from '../model/thread.ts';
import type { Ledger, RunJob } from '../storage/ports.ts';
import { admitRun } from './admit-run.ts';
import type { LifecycleDeps } from './deps.ts';
import type { ResumeThread } from './resume-thread.ts';
import { checkpointNotFound, threadNotFound } from '../model/not-found.ts';
import { addressCommand, takeAnswers, type TakenDecision } from './take-answers.ts';

export interface LaunchRunInput {
  threadId: string;
  /** An assistant's id, or a graph's. */
  assistantId: string;
  kwargs: RunKwargs;
  metadata: JsonObject;
  multitaskStrategy: MultitaskStrategy;
  actor: string;
  /** Who said what, where the answers in `kwargs.command` are decisions. */
  decisions?: TakenDecision[] | undefined;
}

/**
 * Accepts a run: it is on disk when this returns, and will be executed whatever happens to this process.
 * @throws {HoldpointError} `thread_not_found`, `assistant_not_found`; `thread_busy` and `thread_paused` when the
 * thread does not take another run; for an answer, those of `addressAnswer`; `checkpoint_not_found`, `invalid_request`.
 */
export const createLaunchRun = (deps: LaunchDeps) => {
  return async (input: LaunchRunInput): Promise<Run> => {
    const asked = await deps.findAssistant(input.assistantId);
    const resumed = await resumeInstead(deps, input);
    if (resumed) return resumed;
    const assistant = await admitRun(deps, input.threadId, asked);
    await checkStart(deps, input);
    const launched = await deps.storage.transaction((ledger) => admit(deps, ledger, { input, assistant }));
    deps.at('launch:committed');
    await announce(deps, launched);
    return launched.run;
  };
};

export interface Launch {
  input: LaunchRunInput;
  assistant: Assistant;
}

interface Launched {
  run: Run;
  job: RunJob | undefined;
}

/** Writes a run down, if its thread takes it. To be announced after commit. */
export const admit = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, assistant }: Launch,
): Promise<Launched> => {
  const thread = await ledger.threads.get(input.threadId);
  if (!thread) throw threadNotFound(input.threadId);
  const before = await ledger.runs.unfinished(input.threadId);
  checkAdmission(input, thread, before);
  const run = await addRun(deps, ledger, { input, assistant, thread });
  const job = before.length === 0 ? await ledger.runs.offerNext(input.threadId) : undefined;
  return { run, job };
};

type LaunchDeps = LifecycleDeps & { findAssistant: FindAssistant; resumeThread?: ResumeThread };

/**
 * A run with nothing to do but go on, on a thread that is paused, is a resume of the paused run. Whoever follows it
 * gets what comes from now on.
 */
const resumeInstead = async (
  { storage, resumeThread }: LaunchDeps,
  { threadId, kwargs, actor }: LaunchRunInput,
): Promise<Run | undefined> => {
  if (!resumeThread || kwargs.input != null || kwargs.command || kwargs.checkpoint !== null) return undefined;
  const [head] = await storage.runs.unfinished(threadId);
  if (head?.state !== 'paused') return undefined;
  const fence = (await storage.threads.get(threadId))?.fence ?? head.fenceFloor;
  const { run } = await resumeThread({ threadId, actor });
  return { ...run, fenceFloor: fence };
};

export type FindAssistant = (assistantOrGraphId: string) => Promise<Assistant>;

/** Throws unless the thread takes this run now. */
const checkAdmission = ({ multitaskStrategy }: LaunchRunInput, thread: Thread, [first]: Run[]): void => {
  if (first && multitaskStrategy === 'reject') {
    if (isActive(first.state)) throw threadBusy(thread.threadId, first);
    throw new HoldpointError(
      'thread_paused',
      `Thread ${thread.threadId} is ${first.state}: resume or cancel its run first.`,
      {
        details: { run_id: first.runId, state: first.state },
      },
    );
  }
};

const threadBusy = (threadId: string, run: Run): HoldpointError =>
  new HoldpointError(
    'thread_busy',
    `Thread ${threadId} is already running a task. Wait for it to finish, or choose a different multitask strategy.`,
    { details: { run_id: run.runId, state: run.state } },
  );

/** Throws unless there is something to start from. What a missing thread is told comes later. */
export const checkStart = async (
  deps: LifecycleDeps,
  { threadId, kwargs }: LaunchRunInput,
): Promise<void> => {
  const { input, command, checkpoint } = kwargs;
  const continues = checkpoint === null && input == null && !command;
  if ((!continues && checkpoint === null) || !(await deps.storage.threads.get(threadId))) return;
  if (continues) await checkContinues(deps, threadId);
  if (checkpoint?.checkpoint_id !== undefined) await checkNamed(deps, { threadId, kwargs, checkpoint });
};

const checkContinues = async ({ storage }: LifecycleDeps, threadId: string): Promise<void> => {
  if (await read(storage, threadId)) return;
  if ((await storage.runs.unfinished(threadId)).length > 0) return; // it continues what those leave
  throw new HoldpointError('invalid_request', 'The thread has no state to continue from: send an input.', {
    details: { field: 'input' },
  });
};

/** An answer that names a checkpoint is for the question that waits now: an older checkpoint's was answered. */
const checkNamed = async (
  { storage }: LifecycleDeps,
  {
    threadId,
    kwargs,
    checkpoint,
  }: Pick<LaunchRunInput, 'threadId' | 'kwargs'> & { checkpoint: CheckpointRef },
): Promise<void> => {
  const named = String(checkpoint.checkpoint_id);
  if (!(await read(storage, threadId, checkpoint))) throw checkpointNotFound(named);
  if (!isAnswer(kwargs.command) || (await read(storage, threadId))?.checkpoint.id === named) return;
  throw new HoldpointError(
    'approval_already_decided',
    `Thread ${threadId} has moved on from checkpoint ${named}: its question was answered. To answer it differently, fork first (POST state with as_node "__copy__").`,
    { details: { field: 'checkpoint_id', checkpoint_id: named } },
  );
};

const read = ({ checkpoints }: LifecycleDeps['storage'], threadId: string, at: CheckpointRef = {}) =>
  checkpoints.reader.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '', ...at } });

/** Inserts a run with its lines in the log, and marks the questions it answers as decided. */
export const addRun = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, assistant, thread }: { input: LaunchRunInput; assistant: Assistant; thread: Thread },
): Promise<Run> => {
  const { command, answers } = addressCommand(input.kwargs.command, thread);
  if (deps.settings.approvalDialects) inTheirDialects(answers, thread.interrupts);
  const kwargs = { ...input.kwargs, command };
  const run = newRun(deps, { input: { ...input, kwargs }, assistant, thread });
  const { actor, decisions } = input;
  await takeAnswers(ledger, { run, answers, actor, decisions, newId: deps.newId });
  await ledger.runs.insert(run);
  await recordLaunch(ledger, { run, assistant, thread, actor: input.actor });
  return run;
};

const newRun = (
  { newId, clock }: LifecycleDeps,
  { input, assistant, thread }: { input: LaunchRunInput; assistant: Assistant; thread: Thread },
): Run => {
  const at = isoTime(clock);
  return {
    runId: newId(),
    threadId: input.threadId,
    assistantId: assistant.assistantId,
    state: 'pending',
    desired: 'run',
    attempt: 0,
    spent: 0,
    multitaskStrategy: input.multitaskStrategy,
    kwargs: input.kwargs,
    metadata: { ...assistant.metadata, ...thread.metadata, ...input.metadata },
    failure: null,
    reason: null,
    pauseId: null,
    resume: null,
    fenceFloor: thread.fence,
    since: at,
    createdAt: at,
    updatedAt: at,
  };
};

interface NewRun {
  run: Run;
  assistant: Assistant;
  thread: Thread;
  actor: string;
}

const recordLaunch = async (ledger: Ledger, { run, assistant, thread, actor }: NewRun): Promise<void> => {
  const standing = thread.lifecycle?.state;
  /** Another run, which this one waits for, rests: that is what the thread shows. */
  const rests = standing === 'paused' || standing === 'stopped';
  await ledger.threads.patch(run.threadId, {
    graphId: assistant.graphId,
    metadata: { ...thread.metadata, graph_id: assistant.graphId, assistant_id: assistant.assistantId },
    ...(!rests && { status: 'busy' }),
    updatedAt: run.createdAt,
    ...(rests || (standing !== undefined && isActive(standing))
      ? {}
      : { lifecycle: { state: 'pending', since: run.createdAt, reason: null, pauseId: null } }),
  });
  await ledger.log.append({
    threadId: run.threadId,
    runId: run.runId,
    at: run.createdAt,
    actor,
    kind: 'launch',
    from: null,
    to: 'pending',
    detail: { assistant_id: assistant.assistantId, graph_id: assistant.graphId },
  });
};

/** Tells the workers and whoever follows the thread. */
export const announce = async ({ storage }: LifecycleDeps, { run, job }: Launched): Promise<void> => {
  if (job) await storage.queue.announce(job);
  storage.signals.publish({ kind: 'thread', threadId: run.threadId });
};
