import type { ControlDeps } from '../http/control/deps.ts';
import type { PauseDeps } from '../http/control/pauses.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createFireCrons } from '../lifecycle/fire-crons.ts';
import type { FindAssistant } from '../lifecycle/launch-run.ts';
import { createOutbound } from '../resources/outbound.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { DueWork } from '../worker/scheduler.ts';
import { createApprovals } from './approvals.ts';
import { sessionLogDeps } from './session-log.ts';

export interface ControlParts {
  lifecycle: LifecycleDeps;
  findAssistant: FindAssistant;
  pauses: PauseDeps;
  log: Logger;
}

/** The use-cases of our own routes, and what of them comes due by time. */
export const createControl = (parts: ControlParts): { control: ControlDeps; works: DueWork[] } => {
  const { lifecycle, findAssistant, pauses } = parts;
  const crons = { name: 'crons', run: createFireCrons({ ...lifecycle, findAssistant }) };
  const { approvals, expiry } = createApprovals(parts);
  return {
    control: { ...approvals, ...sessionLogDeps(lifecycle), outbound: createOutbound(lifecycle), pauses },
    works: [expiry, crons],
  };
};
