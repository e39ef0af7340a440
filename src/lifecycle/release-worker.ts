import { isoTime } from '../model/clock.ts';
import type { LifecycleDeps } from './deps.ts';

/**
 * Whether the pause a run has come to asks for its worker to end, which is the last thing that is let go. The log of
 * the thread says so.
 */
export const createReleaseWorker =
  ({ storage, clock }: LifecycleDeps, worker: { workerId: string; pid: number }) =>
  async (runId: string): Promise<boolean> => {
    const run = await storage.runs.get(runId);
    const pause = await storage.pauses.get(run?.pauseId ?? '');
    if (pause?.release !== 'shutdown') return false;
    const { threadId, pauseId } = pause;
    await storage.transaction((ledger) =>
      ledger.log.append({
        threadId,
        runId,
        at: isoTime(clock),
        actor: worker.workerId,
        kind: 'releaseWorker',
        from: null,
        to: null,
        detail: { pause_id: pauseId, pid: worker.pid },
      }),
    );
    return true;
  };
