import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { ErrorPanel } from '../parts/error-panel.tsx';
import { lazily } from '../parts/lazily.tsx';
import { ScreenSkeleton } from '../parts/skeletons.tsx';
import { NotFound } from './not-found.tsx';
import {
  activitySearch,
  agentsSearch,
  approvalsSearch,
  launchSearch,
  stopSearch,
  threadSearch,
  threadsSearch,
} from './search-params.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const at = { getParentRoute: () => root };

/** One file per screen, loaded when it is first looked at. */
const routes = [
  createRoute({
    ...at,
    path: '/',
    validateSearch: threadsSearch,
    component: lazily(async () => (await import('../screens/threads/threads-screen.tsx')).ThreadsScreen),
  }),
  createRoute({
    ...at,
    path: '/approvals',
    validateSearch: approvalsSearch,
    component: lazily(
      async () => (await import('../screens/approvals/approvals-screen.tsx')).ApprovalsScreen,
    ),
  }),
  createRoute({
    ...at,
    path: '/threads/$threadId',
    validateSearch: threadSearch,
    component: lazily(async () => (await import('../screens/thread/thread-screen.tsx')).ThreadScreen),
  }),
  createRoute({
    ...at,
    path: '/stop',
    validateSearch: stopSearch,
    component: lazily(async () => (await import('../screens/stop/stop-screen.tsx')).StopScreen),
  }),
  createRoute({
    ...at,
    path: '/launch',
    validateSearch: launchSearch,
    component: lazily(async () => (await import('../screens/launch/launch-screen.tsx')).LaunchScreen),
  }),
  createRoute({
    ...at,
    path: '/control',
    component: lazily(async () => (await import('../screens/control/control-screen.tsx')).ControlScreen),
  }),
  createRoute({
    ...at,
    path: '/activity',
    validateSearch: activitySearch,
    component: lazily(async () => (await import('../screens/activity/activity-screen.tsx')).ActivityScreen),
  }),
  createRoute({
    ...at,
    path: '/agents',
    validateSearch: agentsSearch,
    component: lazily(async () => (await import('../screens/agents/agents-screen.tsx')).AgentsScreen),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  defaultPendingComponent: ScreenSkeleton,
  defaultErrorComponent: ({ error, reset }) => <ErrorPanel error={error} onRetry={reset} />,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
