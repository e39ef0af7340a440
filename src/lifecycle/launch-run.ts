import { isAnswer } from '../model/answer.ts';
import type { Assistant } from '../model/assistant.ts';
import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { parseDestination } from '../model/outbound.ts';
import { isActive, isHeld } from '../model/run-state.ts';
import type { CheckpointRef, Run } from '../model/run.ts';
import { newThread, type Thread } from '../model/thread.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger, RunJob } from '../storage/ports.ts';
import { admitRun } from './admit-run.ts';
import { countDecisions } from './count-decisions.ts';
import { orderEnd, seeThreadQuestions } from './cancel-run.ts';
import { addRun, type Launch, type LaunchRunInput } from './add-run.ts';
import type { LifecycleDeps } from './deps.ts';
import { DELAYED_RUNS } from './start-delayed.ts';
import { doOnce, madeBefore } from './once.ts';
import { defaultTtl } from './thread-ttl.ts';
import { resumedBefore, type ResumeThread } from './resume-thread.ts';
import { refuseStopped } from './refuse-stopped.ts';
import { assistantNotFound, checkpointNotFound, threadNotFound } from '../model/not-found.ts';

export type { LaunchRunInput } from './add-run.ts';

/**
 * Accepts runs, all or none: they are on disk when this returns, and will be executed whatever happens to this
 * process. Those of a request that comes again are answered, not started anew; of several those that are still there.
 * @throws {HoldpointError} `thread_not_found`, `assistant_not_found`; `thread_busy` and `thread_paused` when the
 * thread does not take another run; `queue_full` when too many wait; for an answer, those of `addressAnswer`; `checkpoint_not_found`, `invalid_request`;
 * `idempotency_key_reused`.
 */
export const createLaunchRuns = (deps: LifecycleDeps & { findAssistant: FindAssistant }) => {
  return (inputs: LaunchRunInput[]): Promise<Run[]> =>
    doOnce(
      () => launchedBefore(deps, inputs),
      () => launchAll(deps, inputs),
    );
};

const launchedBefore = async (
  { storage }: LifecycleDeps,
  inputs: LaunchRunInput[],
): Promise<Run[] | undefined> => {
  const runs: Run[] = [];
  for (const { once } of inputs) {
    const run = await madeBefore(once, (id) => storage.runs.get(id));
    if (run) runs.push(run);
  }
  return runs.length > 0 ? runs : undefined;
};

const launchAll = async (
  deps: LifecycleDeps & { findAssistant: FindAssistant },
  inputs: LaunchRunInput[],
): Promise<Run[]> => {
  const launches: Prepared[] = [];
  for (const input of inputs) launches.push(await prepare(deps, input));
  const launched = await deps.storage.transaction(async (ledger) => {
    const admitted: Launched[] = [];
    for (const launch of launches) admitted.push(await admit(deps, ledger, launch));
    return admitted;
  });
  deps.at('launch:committed');
  launched.forEach(({ run }, at) => countDecisions(deps, run.kwargs, inputs[at]?.decisions));
  for (const one of launched) await announce(deps, one);
  return launched.map(({ run }) => run);
};

/** One run, as {@link createLaunchRuns} accepts several. */
export const createLaunchRun = (deps: LaunchDeps) => {
  const launchRuns = createLaunchRuns(deps);
  return async (input: LaunchRunInput): Promise<Run> => {
    const resumed = await resumeInstead(deps, input);
    if (resumed) return resumed;
    const [run] = await launchRuns([input]);
    if (!run) throw new HoldpointError('internal', 'a run was accepted but is not there');
    return run;
  };
};

interface Prepared extends Launch {
  /** Of the thread, for a run that ends others. */
  asked?: QuestionsAsked | undefined;
}

interface Launched {
  run: Run;
  job: RunJob | undefined;
  /** Runs that were told to make room. */
  ousted: Run[];
}

/** What is looked at before the transaction. */
const prepare = async (
  deps: LifecycleDeps & { findAssistant: FindAssistant },
  input: LaunchRunInput,
): Promise<Prepared> => {
  await refuseWhenFull(deps, input);
  const assistant = await admitRun(deps, input.threadId, await deps.findAssistant(input.assistantId));
  if (input.kwargs.webhook !== undefined) parseDestination(input.kwargs.webhook, 'webhook');
  await checkStart(deps, input);
  return {
    input,
    assistant,
    ...(ousts(input) && { asked: await seeThreadQuestions(deps, input.threadId) }),
  };
};

/** What a person has decided is taken however long the queue is. */
const refuseWhenFull = async (
  { storage, settings: { queueLimit = 0 } }: LifecycleDeps,
  { kwargs }: LaunchRunInput,
): Promise<void> => {
  if (queueLimit === 0 || kwargs.command || (await storage.runs.countDue()) < queueLimit) return;
  throw new HoldpointError('queue_full', 'Too many runs wait for a worker. Try again in a moment.', {
    details: { limit: queueLimit },
  });
};

const ousts = ({ multitaskStrategy }: LaunchRunInput): boolean =>
  multitaskStrategy === 'interrupt' || multitaskStrategy === 'rollback';

/** Writes a run down, if its thread takes it. To be announced after commit. */
export const admit = async (deps: LifecycleDeps, ledger: Ledger, launch: Prepared): Promise<Launched> => {
  const { input, assistant } = launch;
  const { threadId } = input;
  const target = { threadId, assistantId: assistant.assistantId };
  const seen = await ledger.threads.toLaunchOn(target);
  if (!seen.hasAssistant) throw assistantNotFound(input.assistantId);
  if (seen.stopped) await refuseStopped(ledger, target);
  const found = seen.thread ?? (await makeThread(deps, ledger, input));
  const before = await ledger.runs.unfinished(threadId);
  checkAdmission(input, found, before);
  const ousted = ousts(input) ? await makeRoom(deps, ledger, { ...launch, before }) : [];
  const thread = ousted.length > 0 ? ((await ledger.threads.get(threadId)) ?? found) : found;
  const first = before.length === 0;
  const { run, offered } = await addRun(deps, ledger, { input, assistant, thread, first });
  const next = before.length > 0 && (ousted.length > 0 || before.every(({ dueMs }) => dueMs > 0));
  const job = offered ? { runId: run.runId, threadId } : undefined;
  return { run, job: next ? await ledger.runs.offerNext(threadId) : job, ousted };
};

const makeThread = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { threadId, metadata, ifNoThread = 'refuse' }: LaunchRunInput,
): Promise<Thread> => {
  if (ifNoThread === 'refuse') throw threadNotFound(threadId);
  const thread = newThread({ threadId, metadata, at: isoTime(deps.clock) });
  const temporary = ifNoThread === 'temporary';
  const made = { ...thread, temporary, ttl: temporary ? null : defaultTtl(deps) };
  if (await ledger.threads.insert(made)) return made;
  throw threadNotFound(threadId); // its id is being deleted
};

/** Ends, as far as it can be done at once, the runs that the new one does not wait for. */
const makeRoom = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, before, asked }: Prepared & { before: Run[] },
): Promise<Run[]> => {
  const { multitaskStrategy: strategy, actor } = input;
  const action = strategy === 'rollback' ? 'rollback' : 'interrupt';
  const reason = `another run was started with multitask_strategy "${strategy}"`;
  const at = isoTime(deps.clock);
  const ousted: Run[] = [];
  for (const run of before.toReversed())
    ousted.push(await orderEnd(deps, ledger, { run, action, actor, at, reason, asked }));
  return ousted;
};

type LaunchDeps = LifecycleDeps & { findAssistant: FindAssistant; resumeThread?: ResumeThread };

/**
 * A run with nothing to do but go on, on a thread that is paused, is a resume of the paused run. Whoever follows it
 * gets what comes from now on. What the same request did before, whichever of the two, it does not do again.
 */
const resumeInstead = async (
  { storage, resumeThread, findAssistant }: LaunchDeps,
  { threadId, assistantId, kwargs, actor, once }: LaunchRunInput,
): Promise<Run | undefined> => {
  if (!resumeThread || kwargs.input != null || kwargs.command || kwargs.checkpoint !== null) return undefined;
  const [head] = await storage.runs.unfinished(threadId);
  if (head?.state !== 'paused') return (await resumedBefore(storage, { threadId, once }))?.run;
  if (await madeBefore(once, (id) => storage.runs.get(id))) return undefined;
  await findAssistant(assistantId);
  const fence = (await storage.threads.get(threadId))?.fence ?? head.fenceFloor;
  const { run } = await resumeThread({ threadId, actor, once });
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

/** Throws unless there is something to start from. A thread that is still to be made has nothing; of one that is missing is told later. */
export const checkStart = async (
  deps: LifecycleDeps,
  { threadId, kwargs, ifNoThread = 'refuse' }: LaunchRunInput,
): Promise<void> => {
  const { input, command, checkpoint } = kwargs;
  const continues = checkpoint === null && input == null && !command;
  if (!continues && checkpoint === null) return;
  if (ifNoThread === 'refuse' && !(await deps.storage.threads.get(threadId))) return;
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

/** Tells the workers and whoever follows the thread. */
export const announce = async ({ storage }: LifecycleDeps, { run, job, ousted }: Launched): Promise<void> => {
  for (const { runId, state } of ousted)
    if (isHeld(state)) storage.signals.publish({ kind: 'desired', runId });
  if (job) await storage.queue.announce(job);
  if (run.dueMs > 0) storage.signals.publish({ kind: 'due', of: DELAYED_RUNS });
  storage.signals.publish({ kind: 'thread', threadId: run.threadId });
};
