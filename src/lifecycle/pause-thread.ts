import { createHash, randomBytes } from 'node:crypto';
import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { threadNotFound } from '../model/not-found.ts';
import type { Pause, PauseCause, PauseTerms } from '../model/pause.ts';
import { isHeld } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { holdWaiting, waitsByItself } from './hold-waiting.ts';
import { moveRun } from './move-run.ts';
import { doOnce, madeBefore, type Once } from './once.ts';
import { plantConditions } from './resume-conditions.ts';
import { restEvents, type SecuredPause } from './pause-record.ts';
import type { SecurePause } from './secure-pause.ts';
import { appendAsSystem } from './system-events.ts';

/** What enforces them. */
export const DRAIN_DEADLINES = 'drain deadlines';

export interface RequestPauseInput extends Partial<PauseTerms> {
  threadId: string;
  reason: string;
  actor: string;
  /** Only this run; without it the one that is the thread's turn. */
  runId?: string;
  cause?: PauseCause;
  scopeId?: string;
  windowId?: string;
  remedy?: JsonObject;
  resumeTokenExpiresMs?: number;
  /** From when on events meet its condition; from now on, when absent. */
  conditionsSinceMs?: number;
  /** However often it is asked, it pauses once; also when it has been resumed meanwhile. */
  once?: Once | undefined;
  /** Done in the transaction that makes the pause. */
  within?: (ledger: Ledger, pause: Pause) => Promise<void>;
}

export interface RequestedPause {
  pause: Pause;
  /**
   * False when the thread was draining or paused already, or the same request made the pause before: `pause` is that one,
   * unchanged. The pause of a step that waits
   * is made that of a person who asks, and counts as created.
   */
  created: boolean;
  /** By which the outside resumes; it is told once and only its hash is kept. */
  resumeToken: string | null;
}

export type RequestPause = (input: RequestPauseInput) => Promise<RequestedPause>;

/**
 * Asks the run whose turn it is on the thread to stop at the end of its step (`drain`) or at once (`now`). One that
 * waits is paused when this returns; one that runs is `draining` until its checkpoint was verified.
 * @throws {HoldpointError} `thread_not_found`; `invalid_transition` when there is nothing to pause;
 * `idempotency_key_reused`.
 */
export const createRequestPause = (deps: PauseDeps): RequestPause => {
  return (input) =>
    doOnce(
      () => askedBefore(deps, input),
      () => askAnew(deps, input),
    );
};

type PauseDeps = LifecycleDeps & { securePause: SecurePause };

const askedBefore = async (
  { storage }: PauseDeps,
  { once }: RequestPauseInput,
): Promise<RequestedPause | undefined> => {
  const pause = await madeBefore(once, (id) => storage.pauses.get(id));
  return pause && { pause, created: false, resumeToken: null };
};

const askAnew = async (deps: PauseDeps, input: RequestPauseInput): Promise<RequestedPause> => {
  for (;;) {
    const waiting = await secureWaiting(deps, input);
    const asked = await deps.storage.transaction((ledger) => ask(deps, ledger, { input, waiting }));
    if (asked === 'look again') continue;
    const { runId, threadId, state } = asked.pause;
    if (asked.created && state === 'draining') deps.storage.signals.publish({ kind: 'desired', runId });
    if (asked.created) deps.tally?.count('pauses', { cause: asked.pause.cause });
    if (asked.created) deps.storage.signals.publish({ kind: 'thread', threadId });
    if (asked.created)
      deps.storage.signals.publish({
        kind: 'due',
        ...(asked.pause.resumeWhen === null && { of: DRAIN_DEADLINES }),
      });
    return asked;
  }
};

/** The SHA-256 by which a token is found again. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

interface Waiting {
  runId: string;
  secured: SecuredPause;
}

/** What is to be known of a run that waits before it can be paused in one transaction. */
const secureWaiting = async (
  { storage, securePause }: PauseDeps,
  { threadId }: RequestPauseInput,
): Promise<Waiting | undefined> => {
  const [run] = await storage.runs.unfinished(threadId);
  if (run?.state !== 'pending') return undefined;
  const assistant = await storage.assistants.get(run.assistantId);
  if (!assistant) throw onlyToCancel(run);
  return { runId: run.runId, secured: await securePause({ run, assistant, unsafe: false }) };
};

/** Its assistant is gone, and it is about to be cancelled. */
const onlyToCancel = ({ threadId, runId, state }: Run): HoldpointError =>
  new HoldpointError(
    'invalid_transition',
    `The assistant of run ${runId} was deleted: the run can only be cancelled.`,
    { details: { thread_id: threadId, run_id: runId, state } },
  );

const ask = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, waiting }: { input: RequestPauseInput; waiting: Waiting | undefined },
): Promise<RequestedPause | 'look again'> => {
  const { threadId } = input;
  if (!(await ledger.threads.get(threadId))) throw threadNotFound(threadId);
  const current = await ledger.pauses.current(threadId);
  if (current) return pausedAlready(deps, ledger, { input, current });
  const run = await toPause(ledger, input);
  if (run.state === 'pending' && waiting?.runId !== run.runId) return 'look again';
  const { resumeToken, resumeTokenHash } = newToken();
  const pause = newPause(deps, { input, run, resumeTokenHash });
  await ledger.pauses.insert(pause);
  const { pauseId, resumeWhen } = pause;
  const { conditionsSinceMs: sinceMs } = input;
  await plantConditions(ledger, {
    pauseId,
    resumeWhen,
    nowMs: deps.clock.now(),
    ...(sinceMs !== undefined && { sinceMs }),
  });
  await pauseRun(deps, ledger, { run, pause, secured: waiting?.secured });
  await input.within?.(ledger, pause);
  return { pause: (await ledger.pauses.get(pause.pauseId)) ?? pause, created: true, resumeToken };
};

/** A step that waits is held for a person who asks for that; any other pause stays as it is. */
const pausedAlready = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, current }: { input: RequestPauseInput; current: Pause },
): Promise<RequestedPause> => {
  const { reason, actor, cause, resumeWhen, resumeBehavior, resumeTokenExpiresMs } = {
    ...PAUSE_DEFAULTS,
    ...input,
  };
  if (cause !== 'operator' || !waitsByItself(current))
    return { pause: current, created: false, resumeToken: null };
  const { resumeToken, resumeTokenHash } = newToken();
  const terms = { reason, resumeWhen, resumeBehavior, resumeTokenHash, resumeTokenExpiresMs };
  await holdWaiting(deps, ledger, { pause: current, actor, terms });
  const pause = (await ledger.pauses.get(current.pauseId)) ?? current;
  return { pause, created: true, resumeToken };
};

const newToken = (): { resumeToken: string; resumeTokenHash: string } => {
  const resumeToken = randomBytes(32).toString('base64url');
  return { resumeToken, resumeTokenHash: hashToken(resumeToken) };
};

/** The run whose turn it is. */
const toPause = async (ledger: Ledger, { threadId, runId }: RequestPauseInput): Promise<Run> => {
  const [run] = await ledger.runs.unfinished(threadId);
  if (!run || run.state === 'stopped' || isToEnd(run) || (runId !== undefined && runId !== run.runId))
    throw nothingToPause(threadId, run);
  return run;
};

/** An operator's word that ends it was given before, and holds. */
const isToEnd = ({ desired }: Run): boolean => ['cancel', 'rollback', 'stop'].includes(desired);

const nothingToPause = (threadId: string, run: Run | undefined): HoldpointError =>
  new HoldpointError(
    'invalid_transition',
    run
      ? `Thread ${threadId} is ${run.state}: there is nothing to pause.`
      : `No run of thread ${threadId} is under way: there is nothing to pause.`,
    { details: { thread_id: threadId, ...(run && { run_id: run.runId, state: run.state }) } },
  );

/** What is not said. The time is long enough for most steps; then the drain is extended. */
export const PAUSE_DEFAULTS = {
  cause: 'operator',
  mode: 'drain',
  drainTimeoutMs: 120_000,
  onTimeout: 'extend',
  resumeBehavior: 'continue',
  release: 'idle',
  resumeWhen: null,
  resumeTokenExpiresMs: null,
  scopeId: null,
  windowId: null,
  remedy: null,
} as const;

/** How long a step that was told to stop may take before its worker is killed. */
export const FORCE_GRACE_MS = 500;

/** A pause that is asked for now. */
export const newPause = (
  { clock, newId }: LifecycleDeps,
  { input, run, resumeTokenHash }: { input: RequestPauseInput; run: Run; resumeTokenHash: string | null },
): Pause => {
  const {
    actor,
    once,
    within: _within,
    conditionsSinceMs: _since,
    ...asked
  } = { ...PAUSE_DEFAULTS, ...input };
  return {
    ...asked,
    pauseId: once?.id ?? newId(),
    threadId: run.threadId,
    runId: run.runId,
    state: 'draining',
    requestedBy: actor,
    requestedAt: isoTime(clock),
    drainDeadlineMs: clock.now() + (asked.mode === 'now' ? FORCE_GRACE_MS : asked.drainTimeoutMs),
    resumeTokenHash,
    checkpoint: null,
    verified: null,
    pausedAt: null,
    endedAt: null,
    endedBy: null,
    requestHash: once?.requestHash ?? null,
  };
};

const pauseRun = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { run, pause, secured }: { run: Run; pause: Pause; secured: SecuredPause | undefined },
): Promise<void> => {
  const { pauseId, reason, requestedAt: at } = pause;
  const held = isHeld(run.state);
  const desired = held ? (pause.mode === 'now' ? 'pause_now' : 'pause') : 'run';
  if (!held) {
    const rest = { state: 'paused' as const, since: at, reason, after: 0 };
    await appendAsSystem(deps, ledger, { run, events: restEvents({ ...run, pauseId }, rest) });
  }
  await moveRun(ledger, {
    run,
    transition: held && pause.cause === 'condition' ? 'conditionMet' : 'requestPause',
    actor: pause.requestedBy,
    at,
    reason,
    set: { pauseId, desired },
    ...(!held && { thread: { status: 'interrupted' }, secured }),
    detail: { pause_id: pauseId, reason, mode: pause.mode },
  });
};
