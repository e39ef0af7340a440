import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { threadNotFound } from '../model/not-found.ts';
import type { BudgetCaps, Pause, RunResume } from '../model/pause.ts';
import type { CheckResult } from '../model/resume-check.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';
import { findLeftWith, pauseOf } from './left-with.ts';
import { doOnce, refuseReuse, type Once } from './once.ts';
import { refuseStopped } from './refuse-stopped.ts';
import { hashToken } from './pause-thread.ts';
import { failedChecks, type ResumeAsk, type ValidateResume } from './validate-resume.ts';

export interface ResumeThreadInput {
  threadId: string;
  actor: string;
  /** `manual`, or what set it off. */
  trigger?: string;
  data?: unknown;
  additionalContext?: string | null;
  command?: RunResume['command'];
  onDrift?: ResumeAsk['onDrift'];
  force?: boolean;
  fromCheckpointId?: string | null;
  /** When given it must be the current pause: one that came after it is not resumed. */
  pauseId?: string | null;
  /** When given it must be the pause's own. */
  resumeToken?: string | null;
  /** However often it is asked, also at the same time, it resumes once and answers the same. */
  once?: Once | undefined;
  /** More to spend, where a budget was met. */
  budget?: BudgetCaps | null;
}

export interface ResumedThread {
  run: Run;
  /** The attempt that goes on. */
  attempt: number;
  preflight: CheckResult[];
}

export type ResumeThread = (input: ResumeThreadInput) => Promise<ResumedThread>;

/**
 * Lets a paused (or stopped) run go on as its next attempt, once every check passed. When one fails nothing changes.
 * @throws {HoldpointError} `thread_not_found`; `invalid_transition` when nothing is paused; `preflight_failed`
 * with every check under `details.checks`; `idempotency_key_reused`.
 */
export const createResumeThread = (
  deps: LifecycleDeps & { validateResume: ValidateResume },
): ResumeThread => {
  return (given) => {
    const input = withDefaults(given);
    return doOnce(
      () => resumedBefore(deps.storage, input),
      () => resume(deps, input),
    );
  };
};

const resume = async (
  deps: LifecycleDeps & { validateResume: ValidateResume },
  input: Asked,
): Promise<ResumedThread> => {
  const { storage } = deps;
  const ask = await whatIsAsked(deps, input);
  const preflight = await deps.validateResume(ask);
  if (failedChecks(preflight).length > 0) throw await refuse(deps, { input, ask, preflight });
  const { run, job } = await storage.transaction((ledger) =>
    resumeRun(deps, ledger, { input, ask, preflight }),
  );
  storage.signals.publish({ kind: 'thread', threadId: run.threadId });
  if (job) await storage.queue.announce(job);
  return { run, attempt: run.attempt + 1, preflight };
};

export type Asked = Required<Omit<ResumeThreadInput, 'once'>> & Pick<ResumeThreadInput, 'once'>;

const DEFAULTS = {
  trigger: 'manual',
  data: null,
  additionalContext: null,
  command: null,
  onDrift: 'refuse',
  force: false,
  fromCheckpointId: null,
  pauseId: null,
  resumeToken: null,
  budget: null,
} as const;

export const withDefaults = (given: ResumeThreadInput): Asked => ({ ...DEFAULTS, ...given });

/**
 * A key that was used answers what it answered, until its run is resumed anew.
 * @throws {HoldpointError} `idempotency_key_reused` when it was for something else.
 */
export const resumedBefore = async (
  { runs }: Pick<Ledger, 'runs'>,
  { threadId, once }: Pick<ResumeThreadInput, 'threadId' | 'once'>,
): Promise<ResumedThread | undefined> => {
  if (!once) return undefined;
  const latest = await runs.list({ threadId, limit: 20, offset: 0 });
  const run = latest.find(({ resume }) => resume?.idempotencyKey === once.id);
  if (!run?.resume) return undefined;
  refuseReuse(once, run.resume.requestHash);
  return { run, attempt: run.resume.attempt, preflight: run.resume.preflight ?? [] };
};

/** The run and the pause it is about. @throws {HoldpointError} `thread_not_found`, `invalid_transition`. */
export const whatIsAsked = async ({ storage }: LifecycleDeps, input: Asked): Promise<ResumeAsk> => {
  const { threadId } = input;
  if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
  const [run] = await storage.runs.unfinished(threadId);
  if (!run || (run.state !== 'paused' && run.state !== 'stopped')) throw nothingToResume(threadId, run);
  const pause = await pauseOf(storage, run);
  checkPause(input, run.pauseId === null ? undefined : pause);
  const assistant = await storage.assistants.get(run.assistantId);
  const { fromCheckpointId } = input;
  return {
    run,
    pause,
    left: await findLeftWith(storage, { run, pause, assistant, fromCheckpointId }),
    assistant,
    onDrift: input.onDrift,
    force: input.force,
    budget: { ...run.resume?.budget, ...input.budget },
    fromCheckpointId,
    instructs: [input.additionalContext, input.data, input.command].some((given) => given != null),
  };
};

/** The pause must be the one that is meant, where that is said. */
const checkPause = ({ threadId, pauseId, resumeToken }: Asked, pause: Pause | undefined): void => {
  if (pauseId !== null && pause?.pauseId !== pauseId) throw nothingToResume(threadId, undefined);
  if (resumeToken !== null && hashToken(resumeToken) !== pause?.resumeTokenHash) throw wrongToken();
};

const wrongToken = (): HoldpointError =>
  new HoldpointError('invalid_request', 'resume_token: is not that of the current pause', {
    details: { field: 'resume_token' },
  });

const nothingToResume = (threadId: string, run: Run | undefined): HoldpointError =>
  new HoldpointError('invalid_transition', `Thread ${threadId} ${standing(run)}.`, {
    details: { thread_id: threadId, ...(run && { run_id: run.runId, state: run.state }) },
  });

const standing = (run: Run | undefined): string => {
  if (!run) return 'is not paused: there is nothing to resume';
  if (run.state === 'pausing')
    return 'is still draining: withdraw the pause (DELETE) or wait until it is paused';
  return `is ${run.state} already`;
};

/**
 * What is refused changes nothing, but it is written down and told of, unless one with the same key was quicker. What
 * fires by itself does so on its own.
 */
const refuse = async (
  deps: LifecycleDeps,
  { input, ask: { run }, preflight }: Resuming,
): Promise<HoldpointError> => {
  const refusal = preflightFailed(run, preflight);
  if (input.pauseId !== null || (await resumedBefore(deps.storage, input))) return refusal;
  const { storage, clock } = deps;
  const at = isoTime(clock);
  const { threadId, runId, assistantId, pauseId: subjectId } = run;
  const { trigger, actor } = input;
  const { code, message } = refusal;
  await storage.transaction(async (ledger) => {
    const detail = { pause_id: subjectId, trigger, code, message };
    const line = { threadId, runId, at, actor, detail };
    await ledger.log.append({ ...line, kind: 'refuseResume', from: null, to: null });
    const told = { threadId, runId, assistantId, subjectId, detail: { trigger, message } };
    await ledger.notices.add({ kind: 'resume_refused', at, ...told });
  });
  return refusal;
};

const preflightFailed = ({ threadId, runId, state }: Run, preflight: CheckResult[]): HoldpointError => {
  const failed = failedChecks(preflight);
  const named = failed.map(({ name, detail }) => `${name} (${detail})`).join('; ');
  return new HoldpointError('preflight_failed', `Thread ${threadId} stays ${state}: ${named}`, {
    details: { run_id: runId, failed: failed.map(({ name }) => name), checks: preflight.map(presentCheck) },
  });
};

/** A check in the words of the wire. */
export const presentCheck = ({ name, status, detail, durationMs, facts }: CheckResult): JsonObject => ({
  name,
  status,
  detail,
  duration_ms: durationMs,
  ...(facts as JsonObject | undefined),
});

interface Resuming {
  input: Asked;
  ask: ResumeAsk;
  preflight: CheckResult[];
}

const resumeRun = async (deps: LifecycleDeps, ledger: Ledger, { input, ask, preflight }: Resuming) => {
  const { threadId, actor } = input;
  const at = isoTime(deps.clock);
  const run = await ledger.runs.get(ask.run.runId);
  if (run?.state !== ask.run.state || run.attempt !== ask.run.attempt) throw nothingToResume(threadId, run);
  await refuseStopped(ledger, run);
  await refuseOther(ledger, { run, ask });
  const state = await moveRun(ledger, {
    run,
    transition: 'resume',
    actor,
    at,
    set: { desired: 'run', spent: 0, resume: broughtAlong({ input, ask, preflight }, at) },
    thread: { status: 'busy' },
    detail: detailOf(input, ask, { at, preflight }),
  });
  if (state === undefined) throw nothingToResume(threadId, run);
  const job = await ledger.runs.offerNext(threadId);
  return { run: { ...run, state, desired: 'run' as const, pauseId: null, since: at, updatedAt: at }, job };
};

/** What was checked is what is resumed: neither a pause that came after it, nor one that somebody has made his meanwhile. */
const refuseOther = async (
  ledger: Ledger,
  { run: { threadId, pauseId }, ask }: { run: Run; ask: ResumeAsk },
): Promise<void> => {
  const pause = pauseId === null ? ask.pause : await ledger.pauses.get(pauseId);
  if (pauseId === ask.run.pauseId && pause?.cause === ask.pause?.cause) return;
  throw new HoldpointError('invalid_transition', `Thread ${threadId} was paused by somebody meanwhile.`, {
    details: { thread_id: threadId, pause_id: pauseId },
  });
};

const broughtAlong = (
  { input, ask: { run, pause, left, onDrift }, preflight }: Resuming,
  at: string,
): RunResume => ({
  pauseId: run.pauseId,
  attempt: run.attempt + 1,
  trigger: input.trigger,
  data: input.data,
  additionalContext: input.additionalContext,
  command: input.command,
  checkpointId: input.fromCheckpointId ?? restartAt(pause),
  migrateFrom: onDrift === 'accept' ? null : left.code,
  idempotencyKey: input.once?.id ?? null,
  ...(input.once && { requestHash: input.once.requestHash, preflight }),
  ...(run.pauseId !== null && waitsOf(pause)),
  ...budgetOf(input, run),
  at,
});

/** What the step waited for that ended with the pause. */
const waitsOf = (pause: Pause | undefined): Pick<RunResume, 'waits'> => {
  const waits = pause?.cause === 'condition' ? pause.remedy?.['waits'] : undefined;
  return Array.isArray(waits) ? { waits: waits.map(String) } : {};
};

/** What was granted before holds until something else is. */
const budgetOf = ({ budget }: Asked, { resume }: Run): Pick<RunResume, 'budget'> => {
  const granted = { ...resume?.budget, ...budget };
  return Object.keys(granted).length > 0 ? { budget: granted } : {};
};

/** The checkpoint before the step that a pause was to begin anew: of a step that was cut, its own. */
const restartAt = (pause: Pause | undefined): string | null => {
  if (pause?.resumeBehavior !== 'restart_step' || !pause.checkpoint) return null;
  const { unsafe, checkpointId, parentId } = pause.checkpoint;
  return unsafe ? checkpointId : (parentId ?? checkpointId);
};

const detailOf = (
  input: Asked,
  { run, pause }: ResumeAsk,
  { at, preflight }: { at: string; preflight: CheckResult[] },
): JsonObject => {
  const since = (from: string | null | undefined): number | null =>
    from == null ? null : Date.parse(at) - Date.parse(from);
  const adjusted = preflight.filter(({ status }) => ADJUSTED.has(status));
  return {
    pause_id: run.pauseId,
    trigger: input.trigger,
    pause_duration_ms: since(pause?.pausedAt),
    checkpoint_age_ms: since(pause?.checkpoint?.takenAt),
    from_checkpoint_id: input.fromCheckpointId,
    on_drift: input.onDrift,
    force: input.force,
    ...(input.budget && { budget: { ...input.budget } }),
    additional_context: input.additionalContext,
    data: input.data as JsonObject | null,
    adjusted: adjusted.map(presentCheck),
  };
};

const ADJUSTED = new Set(['warning', 'accepted', 'migrated', 'forced']);
