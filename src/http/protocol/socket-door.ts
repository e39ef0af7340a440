import type { IncomingMessage } from 'node:http';
import type { AuthFilters } from '../../model/auth-filter.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { Principal } from '../../model/principal.ts';
import type { AccessControl } from '../access.ts';
import { check } from '../bounds.ts';
import { principalOf, type Authentication } from '../middleware/authenticate.ts';
import { refuseForeign, type OriginRules } from '../middleware/origin.ts';
import { letPass, type UserApp } from '../middleware/user-app.ts';
import { askedUrl } from '../own-url.ts';
import type { Route } from '../route.ts';
import { ThreadParams } from '../schemas.ts';
import type { Asked } from '../web-request.ts';

/** All that a request has to pass before it is answered, as a WebSocket has to. */
export interface DoorOptions {
  origins: OriginRules;
  authentication: Authentication;
  access: AccessControl;
  userApp?: UserApp | undefined;
  /** The routes that are served: where these two are switched off there are no sockets either. */
  routes: readonly Route[];
}

/** Somebody who may listen to a thread. */
export interface Entry {
  threadId: string;
  principal: Principal | undefined;
  /** What the metadata of the thread must say for them to hear of it. */
  filters: AuthFilters | undefined;
  /**
   * The command as the project's rules leave it, and what it may reach.
   * @throws {HoldpointError} when they refuse it.
   */
  allow(command: unknown): Promise<{ command: unknown; filters: AuthFilters | undefined }>;
}

const PATH = /^\/threads\/([^/]+)\/stream\/events$/;
/** The route of the events, over HTTP and WebSocket alike. */
export const EVENTS = '/threads/:thread_id/stream/events';
const COMMANDS = '/threads/:thread_id/commands';

/**
 * Lets in who might read the same events by POST on this path, by the same rules: origin, the project's application,
 * authentication, authorisation. An answer of the project's application is that of the upgrade.
 * @throws {HoldpointError} when it may not be.
 */
export const createDoor = (options: DoorOptions) => {
  const { origins, authentication, access, userApp, routes } = options;
  const routeAt = (path: string): Route | undefined => routes.find((route) => route.path === path);
  const [events, commands] = [routeAt(EVENTS), routeAt(COMMANDS)];
  const whoIs = (request: IncomingMessage): Promise<Principal | undefined> =>
    principalOf(authentication, request as Asked);
  return async (request: IncomingMessage): Promise<Entry | Response> => {
    const threadId = threadOf(request);
    if (!events || !commands) throw noSocket(request);
    await refuseForeign(origins, request.headers, pathOf(request));
    let principal = userApp?.authenticated ? await whoIs(request) : undefined;
    const answer = userApp && (await letPass(userApp, request, principal));
    if (answer) return answer;
    principal ??= await whoIs(request);
    const params = { thread_id: threadId };
    const guard = (route: Route) => principal && access(route, principal);
    const { filters } = (await guard(events)?.({ params, query: undefined, body: {} })) ?? {};
    return {
      threadId,
      principal,
      filters,
      allow: async (command) => {
        const allowed = await guard(commands)?.({ params, query: undefined, body: command });
        return { command: allowed ? allowed.body : command, filters: allowed?.filters };
      },
    };
  };
};

const pathOf = ({ url = '/', headers }: IncomingMessage): string => askedUrl(url, headers).pathname;

const threadOf = (request: IncomingMessage): string => {
  const params = check(ThreadParams, { thread_id: PATH.exec(pathOf(request))?.[1] });
  if (params.success) return params.data.thread_id;
  throw noSocket(request);
};

const noSocket = (request: IncomingMessage): HoldpointError =>
  new HoldpointError('route_not_found', `There is no WebSocket at ${pathOf(request)}.`);
