import type { AuthFilters } from '../model/auth-filter.ts';
import { HoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import type { Principal } from '../model/principal.ts';

/** What the SDK's `Auth` collected, of a project's `auth.path`. */
export interface AuthHandlers {
  authenticate?: (request: Request) => unknown;
  callbacks?: Record<string, (asked: Record<string, unknown>) => unknown>;
}

export interface Permission {
  /** What the metadata of what is asked for must say; none when the caller may see all. */
  filters: AuthFilters | undefined;
}

interface Question {
  principal: Principal;
  /** As `threads:read`. */
  event: string;
  value: Record<string, unknown>;
  /** Ask only a handler for this very resource, and refuse when there is none. */
  only?: boolean;
}

/** A project's own rules of who may do what. */
export interface UserAuth {
  /** @throws {HoldpointError} `unauthenticated`, or `forbidden` when it says so. */
  authenticate(request: Request): Promise<Principal>;
  /**
   * Asks the handler for `resource:action`, else the one for the resource, for `*:action`, for `*`. It may change
   * `value`, which is what is then done.
   * @throws {HoldpointError} `forbidden`.
   */
  authorize(question: Question): Promise<Permission>;
}

export const createUserAuth = ({ authenticate, callbacks = {} }: AuthHandlers): UserAuth => ({
  authenticate: async (request) => {
    if (!authenticate) return toPrincipal('anonymous');
    try {
      return toPrincipal(await authenticate(request));
    } catch (error) {
      throw refusal(error, 'unauthenticated');
    }
  },

  authorize: async ({ principal, event, value, only = false }) => {
    const [resource = '', action = ''] = event.split(':');
    const names = only ? [event, resource] : [event, resource, `*:${action}`, '*'];
    const name = names.find((candidate) => Object.hasOwn(callbacks, candidate));
    if (name === undefined && only) throw forbidden(`No handler of auth.path allows ${event}.`);
    if (name === undefined) return { filters: undefined };
    const { user, permissions } = principal;
    const asked = { event, resource, action, value, user, permissions };
    const verdict = async (): Promise<unknown> => callbacks[name]?.(asked);
    return readVerdict(await verdict().catch(asRefusal), event);
  },
});

const asRefusal = (error: unknown): never => {
  throw refusal(error, 'forbidden');
};

const readVerdict = (verdict: unknown, event: string): Permission => {
  if (verdict === undefined || verdict === null || verdict === true) return { filters: undefined };
  if (isRecord(verdict)) return { filters: verdict };
  throw forbidden(`You may not do this (${event}).`);
};

const forbidden = (message: string): HoldpointError => new HoldpointError('forbidden', message);

/** The SDK's HTTPException says with which status; anything else that is thrown refuses as well. */
const refusal = (error: unknown, otherwise: 'unauthenticated' | 'forbidden'): HoldpointError => {
  const status = isRecord(error) ? error['status'] : undefined;
  const code = status === 401 ? 'unauthenticated' : typeof status === 'number' ? 'forbidden' : otherwise;
  const said = error instanceof Error && status !== undefined ? error.message : '';
  return new HoldpointError(code, said || DEFAULT_TEXT[code], { cause: error });
};

const DEFAULT_TEXT = {
  unauthenticated: 'Who asks could not be established.',
  forbidden: 'You may not do this.',
};

const toPrincipal = (answer: unknown): Principal => {
  const user = typeof answer === 'string' ? { identity: answer } : answer;
  if (!isRecord(user) || typeof user['identity'] !== 'string') {
    throw new Error('authenticate must return a text, or an object with an identity');
  }
  const { identity, display_name: name, permissions: given } = user;
  const permissions = Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
  const displayName = typeof name === 'string' ? name : identity;
  return {
    identity,
    displayName,
    permissions,
    user: { is_authenticated: true, ...user, display_name: displayName, permissions },
  };
};

/** Who LangGraph Studio is, where the settings let it in by a key of its own. */
export const STUDIO_USER: Principal = {
  identity: 'langgraph-studio-user',
  displayName: 'langgraph-studio-user',
  permissions: [],
  user: {
    kind: 'StudioUser',
    identity: 'langgraph-studio-user',
    display_name: 'langgraph-studio-user',
    is_authenticated: true,
    permissions: [],
  },
};
