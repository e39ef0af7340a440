import { setTimeout as sleep } from 'node:timers/promises';
import { isoTime } from '../model/clock.ts';
import type { EmergencyStop, StopCoverage, StopScope } from '../model/emergency-stop.ts';
import { HoldpointError, isUnavailable } from '../model/errors.ts';
import { isHeld } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Scope } from '../model/scope-pause.ts';
import type { Ledger } from '../storage/ports.ts';
import { checkScope } from './check-scope.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';
import { doOnce, madeBefore, type Once } from './once.ts';
import { NOTICES } from './send-notices.ts';

export interface EmergencyStopInput {
  scope: StopScope;
  reason: string;
  actor: string;
  /** However often it is asked, there is one stop; also when it has been released meanwhile. */
  once?: Once | undefined;
}

interface Fenced {
  threadId: string;
  fence: number;
  runId: string;
}

/**
 * Stops everything in scope and keeps it stopped until the release. From the commit no run in scope is claimed or
 * launched, and no worker's lease on one holds. When this returns the checkpoints refuse those workers too; the
 * attempts have been told to abort, which code may ignore: {@link createSweepStops} ends their processes.
 * @throws {HoldpointError} `thread_not_found`, `assistant_not_found`, `idempotency_key_reused`.
 */
export const createEmergencyStop = (deps: LifecycleDeps) => {
  return (input: EmergencyStopInput): Promise<StopCoverage> =>
    doOnce(
      () => stoppedBefore(deps, input),
      () => stopAll(deps, input),
    );
};

const stoppedBefore = async (
  { storage }: LifecycleDeps,
  { once }: EmergencyStopInput,
): Promise<StopCoverage | undefined> => {
  const made = await madeBefore(once, async (id) => (await storage.stops.get(id))?.stop);
  return made && findStop(storage, made.stopId);
};

const stopAll = async (deps: LifecycleDeps, input: EmergencyStopInput): Promise<StopCoverage> => {
  const { storage, newId } = deps;
  const { stopId, fenced, threads } = await storage.transaction((ledger) => latch(deps, ledger, input), {
    exclusive: true, // nobody claims or launches meanwhile
  });
  deps.at('stop:committed');
  for (const { runId } of fenced) storage.signals.publish({ kind: 'desired', runId });
  await fenceOff(fenced, ({ threadId, fence }) =>
    storage.checkpoints.acquire({ threadId, fence, token: newId() }),
  );
  for (const threadId of threads) storage.signals.publish({ kind: 'thread', threadId });
  storage.signals.publish({ kind: 'due', of: NOTICES });
  return findStop(storage, stopId);
};

/** So many at once: each takes a connection, of which others want some too. */
const FENCES_AT_ONCE = 4;
/** The stop is in force by now: that storage cannot be used for a moment is no reason to answer that it failed. */
const INSIST_FOR_MS = 30_000;
const TRY_AGAIN_MS = 100;

const fenceOff = async (fenced: Fenced[], acquire: (fenced: Fenced) => Promise<unknown>): Promise<void> => {
  const deadline = performance.now() + INSIST_FOR_MS;
  const left = [...fenced];
  const acquireNext = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      try {
        await acquire(next);
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > deadline) throw error;
        left.push(next);
        await sleep(TRY_AGAIN_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: FENCES_AT_ONCE }, acquireNext));
};

const latch = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { scope, reason, actor, once }: EmergencyStopInput,
) => {
  await checkScope(ledger, asScope(scope));
  const stopId = once?.id ?? deps.newId();
  const at = isoTime(deps.clock);
  const stop: EmergencyStop = {
    stopId,
    scope,
    reason,
    requestedBy: actor,
    createdAt: at,
    releasedAt: null,
    releasedBy: null,
    requestHash: once?.requestHash ?? null,
  };
  await ledger.stops.insert(stop);
  const fenced: Fenced[] = [];
  const threads = new Set<string>();
  for (const { run, worker } of await ledger.stops.runsIn(scope)) {
    const held = await stopRun(ledger, { run, stop });
    if (held) fenced.push(held);
    threads.add(run.threadId);
    await ledger.stops.cover(stopId, {
      runId: run.runId,
      threadId: run.threadId,
      worker: held ? worker : null,
      confirmedAt: held ? null : at,
    });
  }
  const assistantId = 'assistantId' in scope ? scope.assistantId : null;
  const threadId = 'threadId' in scope ? scope.threadId : null;
  const detail = { reason, requested_by: actor, runs: threads.size };
  await ledger.notices.add({
    kind: 'emergency_stop',
    at,
    subjectId: stopId,
    assistantId,
    threadId,
    detail,
  });
  return { stopId, fenced, threads };
};

/** Answers the fence where a worker had it. */
const stopRun = async (
  ledger: Ledger,
  { run, stop }: { run: Run; stop: EmergencyStop },
): Promise<Fenced | undefined> => {
  const { stopId, reason, requestedBy: actor, createdAt: at } = stop;
  const { threadId, runId } = run;
  const [head] = await ledger.runs.unfinished(threadId);
  const behind = head !== undefined && head.runId !== runId;
  await moveRun(ledger, {
    run,
    transition: 'stop',
    actor,
    at,
    reason,
    behind,
    set: { desired: 'stop' },
    ...(!behind && { thread: { status: 'interrupted' as const } }),
    detail: { stop_id: stopId, reason },
  });
  return isHeld(run.state)
    ? { threadId, runId, fence: await ledger.threads.breakLease(threadId) }
    : undefined;
};

const asScope = (scope: StopScope): Scope => {
  if ('threadId' in scope) return { type: 'thread', id: scope.threadId };
  return 'assistantId' in scope ? { type: 'assistant', id: scope.assistantId } : { type: 'all' };
};

/** The stop with what it covers. @throws {HoldpointError} `stop_not_found`. */
export const findStop = async (ledger: Pick<Ledger, 'stops'>, stopId: string): Promise<StopCoverage> => {
  const found = await ledger.stops.get(stopId);
  if (found) return found;
  throw new HoldpointError('stop_not_found', `Emergency stop ${stopId} not found`, {
    details: { stop_id: stopId },
  });
};

/**
 * Lifts a stop: runs in its scope may be launched again. What it stopped stays stopped until each is resumed.
 * Released twice, the second changes nothing.
 * @throws {HoldpointError} `stop_not_found`.
 */
export const createReleaseStop = (deps: LifecycleDeps) => {
  return async ({ stopId, actor }: { stopId: string; actor: string }): Promise<StopCoverage> => {
    const { storage, clock } = deps;
    const at = isoTime(clock);
    const released = await storage.transaction(async (ledger) => {
      const { runs } = await findStop(ledger, stopId);
      if (!(await ledger.stops.release({ stopId, by: actor, at }))) return false;
      for (const { threadId, runId } of runs) {
        await ledger.log.append({
          threadId,
          runId,
          at,
          actor,
          kind: 'releaseStop',
          from: null,
          to: null,
          detail: { stop_id: stopId },
        });
      }
      return true;
    });
    if (released) storage.signals.publish({ kind: 'queue' });
    return findStop(storage, stopId);
  };
};

/** What can be seen and done of the worker processes, on whatever machine they are. */
export interface WorkerProcesses {
  list(): Promise<{ id: string }[]>;
  /** Ends it at once; `runId` is the run whose code it is ended for. */
  kill(workerId: string, runId: string, what: string): Promise<void>;
}

/** How long an attempt may take to hear that it was aborted, before its process is ended. */
export const LET_GO_MS = 1000;

/**
 * Ends the worker processes that had stopped runs, a second after the stop: whether code has heard of an abort cannot
 * be seen from outside of it. Confirms the runs of those that are gone, also those of a former server.
 */
export const createSweepStops = ({
  storage,
  clock,
  workers,
}: LifecycleDeps & { workers: WorkerProcesses }) => {
  return async (): Promise<void> => {
    const before = new Date(clock.now() - LET_GO_MS).toISOString();
    const alive = new Set((await workers.list()).map(({ id }) => id));
    for (const { worker, runId } of await storage.stops.unconfirmed(before)) {
      if (alive.has(worker)) await workers.kill(worker, runId, 'an emergency stop ended the worker');
      else await confirmGone({ storage, clock }, worker);
    }
  };
};

/** Nothing of its stopped runs is written any more: where each has come to is noted with it, for its resume. */
const confirmGone = async ({ storage, clock }: Pick<LifecycleDeps, 'storage' | 'clock'>, worker: string) => {
  const rests = await Promise.all(
    (await storage.stops.unconfirmedOf(worker)).map(async ({ runId, threadId }) => ({
      runId,
      latest: await storage.checkpoints.digest({ threadId }).catch(() => undefined), // damage is found at the resume
    })),
  );
  await storage.transaction(async (ledger) => {
    for (const { runId, latest } of rests) if (latest) await ledger.stops.rests(runId, latest);
    await ledger.stops.confirm(worker, isoTime(clock));
  });
};
