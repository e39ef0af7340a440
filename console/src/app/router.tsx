import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { ErrorPanel } from '../parts/error-panel.tsx';
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
    component: lazyRouteComponent(() => import('../screens/threads/threads-screen.tsx'), 'ThreadsScreen'),
  }),
  createRoute({
    ...at,
    path: '/approvals',
    validateSearch: approvalsSearch,
    component: lazyRouteComponent(
      () => import('../screens/approvals/approvals-screen.tsx'),
      'ApprovalsScreen',
    ),
  }),
  createRoute({
    ...at,
    path: '/threads/$threadId',
    validateSearch: threadSearch,
    component: lazyRouteComponent(() => import('../screens/thread/thread-screen.tsx'), 'ThreadScreen'),
  }),
  createRoute({
    ...at,
    path: '/stop',
    validateSearch: stopSearch,
    component: lazyRouteComponent(() => import('../screens/stop/stop-screen.tsx'), 'StopScreen'),
  }),
  createRoute({
    ...at,
    path: '/launch',
    validateSearch: launchSearch,
    component: lazyRouteComponent(() => import('../screens/launch/launch-screen.tsx'), 'LaunchScreen'),
  }),
  createRoute({
    ...at,
    path: '/control',
    component: lazyRouteComponent(() => import('../screens/control/control-screen.tsx'), 'ControlScreen'),
  }),
  createRoute({
    ...at,
    path: '/activity',
    validateSearch: activitySearch,
    component: lazyRouteComponent(() => import('../screens/activity/activity-screen.tsx'), 'ActivityScreen'),
  }),
  createRoute({
    ...at,
    path: '/agents',
    validateSearch: agentsSearch,
    component: lazyRouteComponent(() => import('../screens/agents/agents-screen.tsx'), 'AgentsScreen'),
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
