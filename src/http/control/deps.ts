import type { Outbound } from '../../resources/outbound.ts';
import type { AgentDeps } from './agent.ts';
import type { WatchDeps } from './pause-conditions.ts';
import type { WorkerDeps } from './workers.ts';
import type { WindowDeps } from './pause-windows.ts';
import type { PauseDeps } from './pauses.ts';
import type { ApprovalDeps } from './approvals.ts';
import type { EffectDeps } from './effects.ts';
import type { StopDeps } from './emergency-stops.ts';
import type { ActivityDeps } from './activity.ts';
import type { ChangeDeps } from './changes.ts';
import type { OverviewDeps } from './overview.ts';
import type { SessionLogDeps } from './session-log.ts';
import type { StickyDeps } from './sticky-decisions.ts';
import type { ScopeDeps } from './scope-pauses.ts';
import type { LimitDeps } from './limits.ts';
import type { NotificationDeps } from './notifications.ts';
import type { WaitingDeps } from './waiting.ts';
import type { TriggerDeps } from './triggers.ts';

/** What the endpoints of the control surface are made with. */
export interface ControlDeps
  extends
    NotificationDeps,
    ApprovalDeps,
    StickyDeps,
    SessionLogDeps,
    StopDeps,
    EffectDeps,
    OverviewDeps,
    ActivityDeps,
    ChangeDeps,
    WaitingDeps,
    LimitDeps,
    WatchDeps {
  agent: AgentDeps;
  workers: WorkerDeps;
  pauses: PauseDeps;
  triggers: TriggerDeps & ScopeDeps & WindowDeps;
  outbound: Outbound;
}
