import { isoTime } from '../model/clock.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { Pause } from '../model/pause.ts';
import type { Ledger, ResumeFire } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { findWaiter } from './resume-conditions.ts';
import type { ResumeThread } from './resume-thread.ts';

export interface Resumer {
  /** Begins what is due, as far as there is room, and answers when more is. */
  run(nowMs: number): Promise<number | undefined>;
  /** Resumes the pause that has fired, or sees that another has. Answers why not, if it cannot be yet: it is tried again. */
  resumeNow(pauseId: string): Promise<string | null>;
  close(): Promise<void>;
}

export interface ResumerDeps extends LifecycleDeps {
  resumeThread: ResumeThread;
  resumeScope: (input: { scopePauseId: string; actor: string }) => Promise<unknown>;
}

/** Preflights at once. */
const AT_ONCE = 16;
/** Until a drain is looked at again that is to be resumed once it has ended. */
const DRAINING_MS = 250;
/** Until a refused resume is tried again: twice as long each time, so long at most. */
const RETRY = { firstMs: 500, mostMs: 300_000 };

/**
 * Resumes the pauses whose condition is met, each once: the ledger forgets a fire in the transaction that resumes.
 * One whose preflight fails (a resource is down, a wider scope is paused) is tried again until it passes or the pause
 * has ended otherwise. The log of the thread says why it waits.
 */
export const createResumer = (deps: ResumerDeps): Resumer => {
  const { storage, clock } = deps;
  const underWay = new Map<string, Promise<string | null>>();
  let closed = false;

  const begin = (fire: ResumeFire): Promise<string | null> => {
    const known = underWay.get(fire.pauseId);
    if (known) return known;
    const trying = resume(deps, fire).finally(() => {
      underWay.delete(fire.pauseId);
      void goOn().catch(() => {});
    });
    underWay.set(fire.pauseId, trying);
    return trying;
  };
  const fill = async (nowMs: number): Promise<void> => {
    const room = AT_ONCE - underWay.size;
    if (room <= 0 || closed) return;
    const due = await storage.fires.due(nowMs, AT_ONCE);
    for (const fire of due.filter(({ pauseId }) => !underWay.has(pauseId)).slice(0, room))
      void begin(fire).catch(() => {});
  };
  /** With the next that is due; when there is none the scheduler is to ask when one will be. */
  const goOn = async (): Promise<void> => {
    await fill(clock.now());
    if (underWay.size === 0 && !closed) storage.signals.publish({ kind: 'due' });
  };

  return {
    run: async (nowMs) => {
      await fill(nowMs);
      return underWay.size > 0 || closed ? undefined : storage.fires.nextDue();
    },
    resumeNow: async (pauseId) => {
      const fire = await storage.fires.get(pauseId);
      return fire ? begin(fire) : null;
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(underWay.values());
    },
  };
};

const resume = async (deps: ResumerDeps, fire: ResumeFire): Promise<string | null> => {
  const { storage, clock } = deps;
  const waiter = await findWaiter(storage, fire.pauseId);
  if (!waiter) {
    await storage.transaction((ledger) => ledger.conditions.remove(fire.pauseId));
    return whyOver(storage, fire.pauseId);
  }
  if (waiter.kind === 'scope') return resumeScope(deps, fire);
  if (waiter.pause.state === 'draining') {
    const refusal = 'the step in flight has not ended';
    await storage.transaction((ledger) =>
      ledger.fires.postpone(waiter.id, { nextMs: clock.now() + DRAINING_MS, refusal }),
    );
    return refusal;
  }
  return resumePaused(deps, fire, waiter.pause);
};

/** Null when it was resumed, by another node or by hand: that is all that was asked. */
const whyOver = async (ledger: Ledger, pauseId: string): Promise<string | null> => {
  const pause = (await ledger.pauses.get(pauseId)) ?? (await ledger.scopes.get(pauseId));
  return pause?.state === 'resumed' ? null : 'the pause is over';
};

const resumeScope = async (deps: ResumerDeps, fire: ResumeFire): Promise<string | null> => {
  try {
    await deps.resumeScope({ scopePauseId: fire.pauseId, actor: fire.trigger });
    return null;
  } catch (error) {
    if (await deps.storage.fires.get(fire.pauseId)) throw error;
    return whyOver(deps.storage, fire.pauseId);
  }
};

const resumePaused = async (deps: ResumerDeps, fire: ResumeFire, pause: Pause): Promise<string | null> => {
  const { threadId } = pause;
  const { trigger, data } = fire;
  try {
    await deps.resumeThread({ threadId, actor: trigger, trigger, data, pauseId: pause.pauseId });
    return null;
  } catch (error) {
    return refused(deps, { fire, pause, error });
  }
};

/** Writes down why it cannot be yet, and answers it; what another node was quicker at has not been refused. */
const refused = async (
  { storage, clock }: ResumerDeps,
  { fire, pause, error }: { fire: ResumeFire; pause: Pause; error: unknown },
): Promise<string | null> => {
  const refusal = error instanceof Error ? error.message : String(error);
  const wait = Math.min(RETRY.firstMs * 2 ** Math.min(fire.tries, 10), RETRY.mostMs);
  return storage.transaction(async (ledger) => {
    if (!(await ledger.fires.get(fire.pauseId))) return whyOver(ledger, fire.pauseId);
    await ledger.fires.postpone(fire.pauseId, { nextMs: clock.now() + wait, refusal });
    if (refusal === fire.refusal) return refusal;
    await ledger.log.append({
      threadId: pause.threadId,
      runId: pause.runId,
      at: isoTime(clock),
      actor: fire.trigger,
      kind: 'refuseResume',
      from: null,
      to: null,
      detail: {
        pause_id: pause.pauseId,
        trigger: fire.trigger,
        code: isHoldpointError(error) ? error.code : 'internal',
        message: refusal,
      },
    });
    const { threadId, runId, pauseId: subjectId } = pause;
    const run = await ledger.runs.get(runId);
    await ledger.notices.add({
      kind: 'resume_refused',
      at: isoTime(clock),
      threadId,
      runId,
      assistantId: run?.assistantId ?? null,
      subjectId,
      detail: { trigger: fire.trigger, message: refusal },
    });
    return refusal;
  });
};
