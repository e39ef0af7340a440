import type { Outbound } from '../../resources/outbound.ts';
import type { PauseDeps } from './pauses.ts';
import type { ApprovalDeps } from './approvals.ts';
import type { SessionLogDeps } from './session-log.ts';
import type { StickyDeps } from './sticky-decisions.ts';

/** What the endpoints of the control surface are made with. */
export interface ControlDeps extends ApprovalDeps, StickyDeps, SessionLogDeps {
  pauses: PauseDeps;
  outbound: Outbound;
}
