import type { Settings } from '../config/settings.ts';
import type { ControlDeps } from '../http/control/deps.ts';
import type { PauseDeps } from '../http/control/pauses.ts';
import type { WorkerProcesses } from '../lifecycle/emergency-stop.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createFireCrons } from '../lifecycle/fire-crons.ts';
import type { FindAssistant } from '../lifecycle/launch-run.ts';
import { createOutbound } from '../resources/outbound.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { DueWork } from '../worker/scheduler.ts';
import { createApprovals } from './approvals.ts';
import { sessionLogDeps } from './session-log.ts';
import { createStops } from './stops.ts';
import { openTriggers } from './triggers.ts';

export interface ControlParts {
  lifecycle: LifecycleDeps;
  assistants: { find: FindAssistant };
  pauses: PauseDeps;
  workers: WorkerProcesses;
  settings: Settings;
  log: Logger;
}

interface Control {
  control: ControlDeps;
  works: DueWork[];
  close(): Promise<void>;
}

/** The use-cases of our own routes, and what of them comes due by time. */
export const createControl = (parts: ControlParts): Control => {
  const { lifecycle, assistants, pauses } = parts;
  const findAssistant: FindAssistant = (id) => assistants.find(id);
  const crons = { name: 'crons', run: createFireCrons({ ...lifecycle, findAssistant }) };
  const { approvals, expiry } = createApprovals({ ...parts, findAssistant });
  const { stops, sweep } = createStops(parts);
  const { triggers, works, close } = openTriggers(parts);
  return {
    control: {
      ...approvals,
      ...stops,
      ...sessionLogDeps(lifecycle),
      outbound: createOutbound(lifecycle),
      pauses,
      triggers,
    },
    works: [expiry, sweep, crons, ...works],
    close,
  };
};
