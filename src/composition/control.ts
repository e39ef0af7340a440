import type { Settings } from '../config/settings.ts';
import type { ControlDeps } from '../http/control/deps.ts';
import type { HeldPauses } from './pauses.ts';
import { createAgentSessions } from '../lifecycle/agent-session.ts';
import type { WorkerProcesses as StoppableProcesses } from '../lifecycle/emergency-stop.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createFireCrons } from '../lifecycle/fire-crons.ts';
import { createLaunchRun, type FindAssistant } from '../lifecycle/launch-run.ts';
import type { Assistants } from '../resources/assistants.ts';
import { createLimits } from '../resources/limits.ts';
import { createOutbound } from '../resources/outbound.ts';
import { createWatch } from '../resources/watch.ts';
import { createWorkers, type WorkerProcesses } from '../resources/workers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { WorkerPool } from '../worker/pool.ts';
import type { DueWork } from '../worker/scheduler.ts';
import { createApprovals } from './approvals.ts';
import { openNotices } from './notices.ts';
import { overviewDeps } from './overview.ts';
import { sessionLogDeps } from './session-log.ts';
import { createStops } from './stops.ts';
import { openTriggers } from './triggers.ts';

export interface ControlParts {
  lifecycle: LifecycleDeps;
  assistants: Pick<Assistants, 'find' | 'findNamed'>;
  pauses: HeldPauses;
  workers: WorkerProcesses & StoppableProcesses & Pick<WorkerPool, 'call'>;
  settings: Settings;
  log: Logger;
}

interface Control {
  control: ControlDeps;
  works: DueWork[];
  close(): Promise<void>;
  /** The server can be reached at `url`. */
  open: (url: string) => void;
}

/** The use-cases of our own routes, and what of them comes due by time. */
export const createControl = (parts: ControlParts): Control => {
  const { lifecycle, assistants, pauses } = parts;
  const findAssistant: FindAssistant = (id) => assistants.find(id);
  const crons = { name: 'crons', run: createFireCrons({ ...lifecycle, findAssistant }) };
  const { approvals, expiry } = createApprovals({ ...parts, findAssistant });
  const { stops, sweep } = createStops(parts);
  const launchRun = createLaunchRun({ ...lifecycle, findAssistant });
  const { triggers, works, close } = openTriggers({ ...parts, launchRun });
  const { notices, work: telling, open } = openNotices(parts);
  const { storage, clock, newId } = lifecycle;
  return {
    control: {
      ...notices,
      agent: {
        newId,
        agent: createAgentSessions({
          ...pauses,
          ...approvals,
          storage,
          findAgent: (name) => assistants.findNamed(name),
          launchRun,
        }),
      },
      workers: { workers: createWorkers({ storage, processes: parts.workers }) },
      ...approvals,
      ...stops,
      ...sessionLogDeps(lifecycle, async (of) => {
        const told = await parts.workers.call('takeSnapshot', of, parts.settings.callTimeoutMs);
        return told as Record<string, unknown> | null;
      }),
      limits: createLimits({ storage, clock, findAssistant }),
      watch: createWatch({ storage, clock, findAssistant }),
      ...overviewDeps(lifecycle, parts.settings),
      outbound: createOutbound(lifecycle),
      pauses,
      triggers,
    },
    works: [expiry, sweep, crons, ...works, telling],
    close,
    open,
  };
};
