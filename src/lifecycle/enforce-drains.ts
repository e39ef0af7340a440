import { isoTime } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import type { Pause } from '../model/pause.ts';
import type { Run } from '../model/run.ts';
import type { LogKind } from '../model/session-log.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { FORCE_GRACE_MS } from './pause-thread.ts';

/** Ends a worker process at once; `runId` is the run for whose sake. */
export type KillWorker = (workerId: string, runId: string) => Promise<void>;

const AT_ONCE = 100;

/**
 * Holds drains to their deadline: `extend` doubles the time, `force` has the step aborted, and a worker that has not
 * let go of it soon after is killed. Answers when the next deadline is.
 */
export const createEnforceDrains = (deps: LifecycleDeps & { killWorker: KillWorker }) => {
  return async (nowMs: number): Promise<number | undefined> => {
    const { storage } = deps;
    for (const { pauseId } of await storage.pauses.overdue(nowMs, AT_ONCE)) {
      const verdict = await storage.transaction((ledger) => enforce(deps, ledger, { pauseId, nowMs }));
      if (verdict?.kill) await deps.killWorker(verdict.kill, verdict.runId);
      if (verdict?.forced) storage.signals.publish({ kind: 'desired', runId: verdict.runId });
    }
    return storage.pauses.nextDeadline();
  };
};

interface Verdict {
  runId: string;
  forced?: boolean;
  kill?: string | undefined;
}

const enforce = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { pauseId, nowMs }: { pauseId: string; nowMs: number },
): Promise<Verdict | undefined> => {
  const pause = await ledger.pauses.get(pauseId);
  const run = pause && (await ledger.runs.get(pause.runId));
  if (!pause || run?.state !== 'pausing') return undefined;
  const { runId, threadId } = run;
  if (run.desired === 'pause_now') {
    await ledger.pauses.patch(pauseId, { drainDeadlineMs: nowMs + FORCE_GRACE_MS });
    return { runId, kill: await ledger.threads.ownerOf(threadId) };
  }
  if (pause.onTimeout === 'extend') {
    const drainTimeoutMs = pause.drainTimeoutMs * 2;
    await ledger.pauses.patch(pauseId, { drainTimeoutMs, drainDeadlineMs: nowMs + drainTimeoutMs });
    await note(deps, ledger, {
      run,
      pause,
      kind: 'extendDrain',
      detail: { drain_timeout_ms: drainTimeoutMs },
    });
    deps.log?.warn({ runId, threadId, drainTimeoutMs }, 'a drain takes longer than asked for; extended');
    return { runId };
  }
  await ledger.pauses.patch(pauseId, { drainDeadlineMs: nowMs + FORCE_GRACE_MS });
  await ledger.runs.setDesired({ runId, desired: 'pause_now', whileIn: ['pausing'], reason: run.reason });
  await note(deps, ledger, {
    run,
    pause,
    kind: 'forcePause',
    detail: { drain_timeout_ms: pause.drainTimeoutMs },
  });
  return { runId, forced: true };
};

interface Note {
  run: Run;
  pause: Pause;
  kind: LogKind;
  detail: JsonObject;
}

const note = ({ clock }: LifecycleDeps, ledger: Ledger, { run, pause, kind, detail }: Note): Promise<void> =>
  ledger.log.append({
    threadId: run.threadId,
    runId: run.runId,
    at: isoTime(clock),
    actor: 'system',
    kind,
    from: run.state,
    to: run.state,
    detail: { pause_id: pause.pauseId, ...detail },
  });
