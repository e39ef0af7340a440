import type { Settings } from '../config/settings.ts';
import type { ActivityDeps } from '../http/control/activity.ts';
import type { ChangeDeps } from '../http/control/changes.ts';
import type { OverviewDeps } from '../http/control/overview.ts';
import type { WaitingDeps } from '../http/control/waiting.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createWatchChanges } from '../lifecycle/watch-changes.ts';
import { createOverview } from '../resources/overview.ts';

/** What shows all threads at once, made by hand. */
export const overviewDeps = (
  { storage }: LifecycleDeps,
  { heartbeatMs }: Settings,
): OverviewDeps & ActivityDeps & ChangeDeps & WaitingDeps => ({
  overview: createOverview({ storage }),
  listWaiting: (query) => storage.pauses.waiting(query),
  searchLog: (query) => storage.log.search(query),
  watchChanges: createWatchChanges({ storage }),
  heartbeatMs,
});
