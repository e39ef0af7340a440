import { allows, type RouteScope, type Scope } from '../model/api-key.ts';
import { HoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import type { Principal } from '../model/principal.ts';

/**
 * Who came without a key is judged by the project's own rules, where it has some.
 * @throws {HoldpointError} `forbidden` that names the scope which the caller's key lacks.
 */
export const requireScope = (principal: Principal | undefined, scope: RouteScope): void => {
  const { key } = principal ?? {};
  if (!key || allows(key.scopes, scope)) return;
  throw new HoldpointError('forbidden', `This API key may not do this: it has not the scope "${scope}".`, {
    details: { scope, scopes: [...key.scopes] },
  });
};

/** Whether a key lets its caller do this too; who came without one is judged by the project's own rules. */
export const hasScope = (principal: Principal | undefined, scope: Scope): boolean =>
  !principal?.key || allows(principal.key.scopes, scope);

/** What a route asks for beside its scope, by what the body and the query say. */
export interface MoreScopes {
  /** In words, behind the scope. */
  says: string;
  of: (body: unknown, query?: unknown) => Scope[];
}

/**
 * A run that answers a question, jumps, or sets what its graph may judge calls by, could step past a question; one
 * without input goes on where its thread has stopped.
 */
export const scopesOfRun: MoreScopes = {
  says: 'with `command`, `context` or `config.configurable` also `decide`; without `input` and `command` also `operate`',
  of: (body) => {
    if (!isRecord(body)) return [];
    const { command, context, config, input } = body;
    const decides = says(command) || says(context) || sets(config);
    return [
      ...(decides ? (['decide'] as const) : []),
      ...(input == null && !says(command) ? (['operate'] as const) : []),
    ];
  },
};

/** Of a run on a thread of its own: there is nothing it could go on from. */
export const scopesOfOwnRun: MoreScopes = {
  says: 'with `command`, `context` or `config.configurable` also `decide`',
  of: (body) => scopesOfRun.of(body).filter((scope) => scope !== 'operate'),
};

/** Whether it is wanted that the run is cancelled when its client leaves. */
export const cancelsByLeaving = (query: unknown): boolean =>
  isRecord(query) && query['cancel_on_disconnect'] === true;

/** To follow a run is to read; to have it cancelled by leaving is more. */
export const scopesOfFollowing: MoreScopes = {
  says: 'with `cancel_on_disconnect` also `run`',
  of: (_body, query) => (cancelsByLeaving(query) ? ['run'] : []),
};

export const scopesOfBatch: MoreScopes = {
  says: scopesOfOwnRun.says,
  of: (body) => (Array.isArray(body) ? body.flatMap((run) => scopesOfOwnRun.of(run)) : []),
};

/** A state that is brought along may be one that no gate has seen. */
export const scopesOfThread: MoreScopes = {
  says: 'with `supersteps` also `decide`',
  of: (body) => (isRecord(body) && says(body['supersteps']) ? ['decide'] : []),
};

/** What is not named is everybody's. */
export const scopesOfMany: MoreScopes = {
  says: 'with `status` also `operate`',
  of: (body) => (isRecord(body) && body['status'] != null ? ['operate'] : []),
};

/** A resume may bring the answer to a question, in the field that the route has for it. */
export const scopesOfAnswer = (field: 'answer' | 'command'): MoreScopes => ({
  says: `with \`${field}\` also \`decide\``,
  of: (body) => {
    if (!isRecord(body)) return [];
    const answers = field === 'answer' ? body[field] !== undefined : says(body[field]);
    return answers ? ['decide'] : [];
  },
});

/** A command of protocol v2. */
export const scopesOfCommand: MoreScopes = {
  says: '`run.start` needs `run` and what that run needs, `input.respond` needs `decide`, what reads needs `read`',
  of: (body) => {
    const { method, params } = isRecord(body) ? body : {};
    if (method === 'run.start') return ['run', ...scopesOfRun.of(params)];
    if (method === 'input.respond') return ['decide'];
    return ['read'];
  },
};

const says = (value: unknown): boolean => {
  if (value == null) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};

/** Where in the thread to begin is no configuration of the graph's. */
const PLACE = new Set(['thread_id', 'checkpoint_id', 'checkpoint_ns', 'checkpoint_map']);

const sets = (config: unknown): boolean => {
  const { configurable } = isRecord(config) ? config : {};
  return isRecord(configurable) && Object.keys(configurable).some((key) => !PLACE.has(key));
};
