import type { StopDeps } from '../http/control/emergency-stops.ts';
import {
  createEmergencyStop,
  createReleaseStop,
  createSweepStops,
  findStop,
  LET_GO_MS,
  type WorkerProcesses,
} from '../lifecycle/emergency-stop.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import type { Logger } from '../telemetry/logger.ts';
import { every, type DueWork } from '../worker/scheduler.ts';

interface StopParts {
  lifecycle: LifecycleDeps;
  workers: WorkerProcesses;
  log: Logger;
}

const SWEEP_EVERY_MS = 1000;
const SWEEP = 'sweep emergency stops';

/** Ends the workers that had stopped runs, again and again until they are gone. */
export const stopSweep = (lifecycle: LifecycleDeps, workers: WorkerProcesses): DueWork =>
  every(SWEEP_EVERY_MS, SWEEP, createSweepStops({ ...lifecycle, workers }));

/** Emergency stops, made by hand. The sweep comes right when code has had its second, and again until all are gone. */
export const createStops = ({ lifecycle, workers, log }: StopParts): { stops: StopDeps; sweep: DueWork } => {
  const { storage } = lifecycle;
  const emergencyStop = createEmergencyStop(lifecycle);
  const sweep = createSweepStops({ ...lifecycle, workers });
  const sweepSoon = (): void => {
    const failed = (error: unknown): void => log.error({ err: error }, 'stopped workers cannot be ended yet');
    setTimeout(() => void sweep().catch(failed), LET_GO_MS + 1).unref();
  };
  return {
    stops: {
      emergencyStop: async (input) => {
        const coverage = await emergencyStop(input);
        const { stop, runs } = coverage;
        log.warn(
          { stopId: stop.stopId, scope: stop.scope, reason: stop.reason, runs: runs.length },
          'emergency stop',
        );
        sweepSoon();
        return coverage;
      },
      releaseStop: createReleaseStop(lifecycle),
      getStop: (stopId) => findStop(storage, stopId),
      listStops: (query) => storage.stops.list(query),
    },
    sweep: every(SWEEP_EVERY_MS, SWEEP, sweep),
  };
};
