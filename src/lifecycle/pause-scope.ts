import { randomBytes } from 'node:crypto';
import { isoTime } from '../model/clock.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import type { ResumeCondition } from '../model/resume-condition.ts';
import type { Run } from '../model/run.ts';
import { checkRedirect, type NewRuns, type Scope, type ScopePause } from '../model/scope-pause.ts';
import type { Ledger, RunJob } from '../storage/ports.ts';
import { checkScope } from './check-scope.ts';
import type { LifecycleDeps } from './deps.ts';
import { doOnce, madeBefore, type Once } from './once.ts';
import { hashToken, type RequestPause } from './pause-thread.ts';
import { plantConditions } from './resume-conditions.ts';
import type { ResumeCheck } from './validate-resume.ts';

export interface PauseScopeInput {
  scope: Scope;
  terms: ScopePause['terms'];
  newRuns: NewRuns;
  redirectTo: string | null;
  resumeWhen: ResumeCondition | null;
  windowId?: string;
  actor: string;
  /** However often it is asked, there is one pause. */
  once?: Once | undefined;
}

export interface PausedScope {
  pause: ScopePause;
  /** It is told once: null when the same request made the pause before. */
  resumeToken: string | null;
}

/**
 * Pauses everything in a scope: from the commit on no run in it is claimed. What runs is then asked to pause, by
 * {@link createSweepScopes}; what waits in the queue and what comes is held back, in order.
 * @throws {HoldpointError} `invalid_request` where new runs are redirected to nobody, or to somebody and not redirected;
 * `idempotency_key_reused`; as {@link checkScope}.
 */
export const createPauseScope = (deps: LifecycleDeps) => {
  return (input: PauseScopeInput): Promise<PausedScope> => {
    checkRedirect(input);
    return doOnce(
      () => pausedBefore(deps, input),
      () => pauseScope(deps, input),
    );
  };
};

const pausedBefore = async (
  { storage }: LifecycleDeps,
  { once }: PauseScopeInput,
): Promise<PausedScope | undefined> => {
  const pause = await madeBefore(once, (id) => storage.scopes.get(id));
  return pause && { pause, resumeToken: null };
};

const pauseScope = async (deps: LifecycleDeps, input: PauseScopeInput): Promise<PausedScope> => {
  const paused = await deps.storage.transaction(
    async (ledger) => {
      await checkScope(ledger, input.scope);
      return openScope(deps, ledger, input);
    },
    { exclusive: true },
  );
  deps.at('scope:paused');
  deps.storage.signals.publish({ kind: 'due' });
  return paused;
};

/** The same within an exclusive transaction of the caller, who publishes `due` after it. */
export const openScope = async (
  { clock, newId }: LifecycleDeps,
  ledger: Ledger,
  { actor, windowId, once, ...input }: PauseScopeInput,
): Promise<PausedScope> => {
  const resumeToken = randomBytes(32).toString('base64url');
  const pause: ScopePause = {
    ...input,
    scopePauseId: once?.id ?? newId(),
    state: 'active',
    resumeTokenHash: hashToken(resumeToken),
    windowId: windowId ?? null,
    requestedBy: actor,
    requestedAt: isoTime(clock),
    endedBy: null,
    endedAt: null,
    requestHash: once?.requestHash ?? null,
  };
  await ledger.scopes.insert(pause);
  const { scopePauseId: pauseId, resumeWhen } = pause;
  await plantConditions(ledger, { pauseId, resumeWhen, nowMs: clock.now() });
  await ledger.scopes.requeue();
  return { pause, resumeToken };
};

/**
 * Lets a scope go on: what was held back returns to the queue, in order, and each thread that this pause stopped is
 * resumed through its preflight. What another pause covers stays where it is.
 * @throws {HoldpointError} `pause_not_found`; `invalid_transition` when it was resumed before.
 */
export const createResumeScope = (deps: LifecycleDeps) => {
  return async (input: { scopePauseId: string; actor: string }): Promise<ScopePause> => {
    const { storage } = deps;
    const pause = await storage.transaction((ledger) => closeScope(deps, ledger, input), {
      exclusive: true,
    });
    storage.signals.publish({ kind: 'queue' });
    storage.signals.publish({ kind: 'due' });
    return pause;
  };
};

/** The same within an exclusive transaction of the caller, who publishes `queue` and `due` after it. */
export const closeScope = async (
  { clock }: LifecycleDeps,
  ledger: Ledger,
  { scopePauseId, actor }: { scopePauseId: string; actor: string },
): Promise<ScopePause> => {
  const ended = await ledger.scopes.end(scopePauseId, { actor, at: isoTime(clock) });
  const pause = await ledger.scopes.get(scopePauseId);
  if (!pause) throw scopePauseNotFound(scopePauseId);
  if (!ended) throw endedAlready(scopePauseId);
  await ledger.conditions.remove(scopePauseId);
  await ledger.scopes.requeue();
  const firedMs = clock.now();
  for (const { pauseId } of await ledger.pauses.currentOf({ scopeId: scopePauseId }))
    await ledger.fires.insert({
      pauseId,
      trigger: pause.windowId === null ? 'scope' : 'window',
      data: null,
      firedMs,
    });
  await ledger.fires.hurry(firedMs);
  return pause;
};

const endedAlready = (scopePauseId: string): HoldpointError =>
  new HoldpointError('invalid_transition', `Pause ${scopePauseId} was resumed already.`, {
    details: { pause_id: scopePauseId, state: 'resumed' },
  });

export const scopePauseNotFound = (scopePauseId: string): HoldpointError =>
  new HoldpointError('pause_not_found', `No pause of a scope has the id ${scopePauseId}.`, {
    details: { pause_id: scopePauseId },
  });

const SWEEP_BATCH = 100;

/**
 * Asks what runs in newly paused scopes to pause. Goes on after a crash where it was: a scope counts as swept once
 * nothing in it runs on.
 */
export const createSweepScopes = (deps: LifecycleDeps & { requestPause: RequestPause }) => {
  return async (): Promise<void> => {
    const { storage } = deps;
    for (;;) {
      const scope = await storage.scopes.unswept();
      if (!scope) return;
      const running = await storage.scopes.running(scope.scopePauseId, SWEEP_BATCH);
      for (const job of running) await pauseRun(deps, scope, job);
      if (running.length < SWEEP_BATCH)
        await storage.transaction((ledger) => ledger.scopes.swept(scope.scopePauseId));
    }
  };
};

/** One that ended meanwhile has nothing left to pause. */
const pauseRun = async (
  { requestPause }: { requestPause: RequestPause },
  { scopePauseId, windowId, terms, requestedBy }: ScopePause,
  { threadId, runId }: RunJob,
): Promise<void> => {
  try {
    await requestPause({
      ...terms,
      threadId,
      runId,
      actor: requestedBy,
      cause: windowId === null ? 'scope' : 'window',
      scopeId: scopePauseId,
      ...(windowId !== null && { windowId }),
      within: (ledger) => refuseEnded(ledger, scopePauseId),
    });
  } catch (error) {
    if (!isHoldpointError(error) || !['invalid_transition', 'thread_not_found'].includes(error.code))
      throw error;
  }
};

/** A thread that is paused for a scope is found when the scope ends; later nobody would resume it. */
const refuseEnded = async (ledger: Ledger, scopePauseId: string): Promise<void> => {
  const scope = await ledger.scopes.get(scopePauseId);
  if (scope?.state !== 'active') throw endedAlready(scopePauseId);
};

/** The pause of a scope that holds the run; of several the oldest. */
export const widerPause = async (
  ledger: Ledger,
  { threadId, assistantId }: Run,
): Promise<ScopePause | undefined> => {
  const graphId = (await ledger.assistants.get(assistantId))?.graphId ?? '';
  const [scope] = await ledger.scopes.covering({ threadId, assistantId, graphId });
  return scope;
};

/** What is to be done about it first. */
export const heldByWider = ({ scopePauseId, terms }: ScopePause): string =>
  `a wider pause holds the thread ("${terms.reason}"): resume pause ${scopePauseId} first`;

/** A resume within a paused scope would only be held back: the scope is to be resumed. */
export const scopeCheck: ResumeCheck = {
  name: 'scope_paused',
  forceable: false,
  look: async ({ storage, run }) => {
    const scope = await widerPause(storage, run);
    if (!scope) return { status: 'passed', detail: null };
    return { status: 'failed', detail: heldByWider(scope), facts: { pause_id: scope.scopePauseId } };
  },
};
