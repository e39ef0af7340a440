import type { Assistant } from '../model/assistant.ts';
import { ownMetadata, passesFilters, readFilters, type AuthFilters } from '../model/auth-filter.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import { isRecord, type JsonObject } from '../model/json.ts';
import { assistantNotFound, cronNotFound, runNotFound, threadNotFound } from '../model/not-found.ts';
import type { Principal } from '../model/principal.ts';
import type { UserAuth } from '../resources/user-auth.ts';
import { ACCESS, fallbackAccess, type Access, type Resource } from './access-table.ts';
import { rpcEvents } from './rpc-access.ts';
import { isFor, mayUse, mustUse } from './may-use.ts';
import { mustReachParents } from './parents.ts';
import { Reply, type Guard, type GuardedInput, type Route } from './route.ts';
import { cancelsByLeaving, requireScope } from './scopes.ts';

type Metadata = Record<string, unknown>;

export interface AccessDeps {
  /** The project's own rules, if it has some. */
  auth: UserAuth | undefined;
  /** The metadata of what is asked for; undefined when there is none. */
  metadataOf: Record<Resource, (id: string) => Promise<JsonObject | undefined>>;
  /** By its id or that of its graph; undefined when there is none. */
  assistant: (id: string) => Promise<Assistant | undefined>;
  /** Whether it is the assistant that a graph always has. */
  isSystem: (assistant: Assistant) => boolean;
  threadOfRun: (runId: string) => Promise<string | undefined>;
  threadOfApproval: (approvalId: string) => Promise<string | undefined>;
  /** By id, by graph id or by name; of those that have the name only such as `mayUse` lets by. */
  findAgent: (
    name: string | undefined,
    mayUse: (assistant: Assistant) => Promise<boolean>,
  ) => Promise<Assistant>;
}

/**
 * The one place where it is decided whether a request may be done, and on what: by the scopes of an API key, and by
 * the project's own rules, to which a key with the scope `admin` is not subject.
 * @throws {HoldpointError} `forbidden` at once when a key has not the scope of the route.
 */
export type AccessControl = (route: Route, principal: Principal) => Guard;

export const createAccessControl =
  (deps: AccessDeps): AccessControl =>
  (route, principal) => {
    requireScope(principal, route.scope);
    return async (input) => {
      for (const scope of route.moreScopes?.of(input.body, input.query) ?? []) requireScope(principal, scope);
      await mustReachParents(deps, { route, principal, body: input.body });
      const { auth } = deps;
      if (!auth || principal.key?.scopes.includes('admin')) return input;
      const access = ACCESS[`${route.method} ${route.path}`] ?? fallbackAccess(route, input);
      return CHECKS[access.kind]({ ...deps, auth }, { access, principal, input });
    };
  };

interface CheckDeps extends AccessDeps {
  auth: UserAuth;
}

interface Question {
  access: Access;
  principal: Principal;
  input: GuardedInput;
}

type Check = (deps: CheckDeps, question: Question) => Promise<GuardedInput>;

const ask = ({ auth }: CheckDeps, { access, principal }: Question, value: Record<string, unknown>) =>
  auth.authorize({ principal, event: access.event, value });

/** Something that exists: what its metadata do not let the caller see is not there for them. */
const one: Check = async (deps, question) => {
  const { access, input } = question;
  const { params = {}, body } = input;
  const id = await idOf(deps, access.resource, params);
  const value = { ...(isRecord(body) ? body : {}), ...params };
  const { filters } = await ask(deps, question, value);
  if (filters) await mustSee(deps, access.resource, { id, filters });
  if (access.resource === 'cron') await mustUse(deps, question.principal, value['assistant_id']);
  const metadata =
    isRecord(body) && isRecord(body['metadata']) ? { ...metadataIn(value), ...ownOf(filters) } : undefined;
  return { ...input, filters, ...(metadata && { body: { ...(body as object), metadata } }) };
};

/** A run that is followed; one that is cancelled by leaving is changed, too. */
const follow: Check = async (deps, question) => {
  const { access, input } = question;
  if (cancelsByLeaving(input.query))
    await one(deps, { ...question, access: { ...access, event: 'threads:update' } });
  return one(deps, question);
};

/** Something new: its metadata are what the handler made of them, and such that its maker can see it. */
const create: Check = async (deps, question) => {
  const { access, input } = question;
  const body = isRecord(input.body) ? input.body : {};
  const value: Record<string, unknown> = { metadata: {}, ...body, ...input.params };
  const { filters } = await ask(deps, question, value);
  const id = value[`${access.resource}_id`];
  if (filters && typeof id === 'string') {
    const metadata = await deps.metadataOf[access.resource](id);
    if (metadata && !passesFilters(metadata, filters)) throw taken(access.resource, id);
  }
  return { ...input, filters, body: { ...body, metadata: { ...metadataIn(value), ...ownOf(filters) } } };
};

/** A run, or a cron, on a thread that may be somebody's. */
const onThread: Check = async (deps, question) => {
  const { input } = question;
  const body = isRecord(input.body) ? input.body : {};
  const { assistant_id, metadata = {}, multitask_strategy, if_not_exists, after_seconds, ...kwargs } = body;
  const facts = { assistant_id, metadata, multitask_strategy, if_not_exists, after_seconds };
  const value: Record<string, unknown> = { ...input.params, ...facts, kwargs };
  const { filters } = await ask(deps, question, value);
  await mustUse(deps, question.principal, value['assistant_id']);
  const threadId = input.params?.['thread_id'];
  if (filters && threadId !== undefined) {
    const found = await deps.metadataOf.thread(threadId);
    if (found && !passesFilters(found, filters)) throw threadNotFound(threadId);
  }
  return { ...input, filters, body: { ...body, metadata: { ...metadataIn(value), ...ownOf(filters) } } };
};

/** Where the thread is called `id`, in the path or in the body. */
const byId =
  (check: Check): Check =>
  async (deps, question) => {
    const { input } = question;
    const id = input.params?.['id'] ?? (isRecord(input.body) ? input.body['id'] : undefined);
    const params = { ...input.params, ...(typeof id === 'string' && { thread_id: id }) };
    return { ...(await check(deps, { ...question, input: { ...input, params } })), params: input.params };
  };

/** A run of an agent that may be named by its name: from here on it is that of its id. */
const launch: Check = async (deps, question) => {
  const { principal, input } = question;
  const body = input.body as { agent?: string };
  const { assistantId } = await deps.findAgent(body.agent, (assistant) => mayUse(deps, principal, assistant));
  const named = { ...body, agent: assistantId, assistant_id: assistantId };
  return byId(onThread)(deps, { ...question, input: { ...input, body: named } });
};

/** A question is its thread's: it is not there for who may not see that. */
const ofApproval: Check = async (deps, question) => {
  const { input } = question;
  const id = String(input.params?.['approval_id']);
  const threadId = await deps.threadOfApproval(id);
  if (threadId === undefined) return input;
  try {
    const params = { ...input.params, thread_id: threadId };
    return { ...(await one(deps, { ...question, input: { ...input, params } })), params: input.params };
  } catch (error) {
    if (!isHoldpointError(error) || error.code !== 'thread_not_found') throw error;
    throw new HoldpointError('approval_not_found', `Approval ${id} not found`, {
      details: { approval_id: id },
    });
  }
};

/** Those of one thread for who may see it; of all for who may look at the whole server. */
const approvals: Check = async (deps, question) => {
  const { input, access } = question;
  const threadId = isRecord(input.query) ? input.query['thread_id'] : undefined;
  if (typeof threadId !== 'string') return server(deps, question);
  const params = { ...input.params, thread_id: threadId };
  const asked = { ...question, access: { ...access, event: 'threads:read' }, input: { ...input, params } };
  return { ...(await one(deps, asked)), params: input.params };
};

/** A command of the event protocol: one that starts a run is authorised as that. */
const command: Check = async (deps, question) => {
  const { input } = question;
  const { body } = input;
  if (!isRecord(body) || body['method'] !== 'run.start') return one(deps, question);
  const access: Access = { ...question.access, event: 'threads:create_run' };
  const { body: params, filters } = await onThread(deps, {
    ...question,
    access,
    input: { ...input, body: body['params'] },
  });
  return { ...input, filters, body: { ...body, params } };
};

const batch: Check = async (deps, question) => {
  const { input } = question;
  const bodies = Array.isArray(input.body) ? (input.body as unknown[]) : [];
  const guarded: unknown[] = [];
  for (const body of bodies) {
    guarded.push((await onThread(deps, { ...question, input: { ...input, body } })).body);
  }
  return { ...input, body: guarded };
};

/** A search finds only what the caller may see. */
const search: Check = async (deps, question) => {
  const { input } = question;
  const body = isRecord(input.body) ? { ...input.body } : {};
  const { filters } = await ask(deps, question, body);
  if (!filters) return { ...input, body };
  const given = metadataIn(body);
  const needed = readFilters(filters);
  const clash = Object.keys(needed).some(
    (key) => Object.hasOwn(given, key) && !same(given[key], needed[key]),
  );
  if (clash) return { ...input, body, instead: new Reply(200, question.access.nothing ?? []) };
  return { ...input, filters, body: { ...body, metadata: { ...given, ...needed } } };
};

/** Several threads by id: those of others are not there. */
const prune: Check = async (deps, question) => {
  const { input } = question;
  const body = { ...(input.body as { thread_ids: string[] }) };
  const { filters } = await ask(deps, question, body);
  if (!filters) return { ...input, body };
  const visible: string[] = [];
  for (const id of body.thread_ids) {
    const metadata = await deps.metadataOf.thread(id);
    if (metadata && passesFilters(metadata, filters)) visible.push(id);
  }
  return { ...input, body: { ...body, thread_ids: visible } };
};

/** Runs of a thread that the caller may see; by how they stand only for who may see all. */
const cancelRuns: Check = async (deps, question) => {
  const { input } = question;
  const body = { ...(input.body as { status?: string; thread_id?: string }) };
  const { filters } = await ask(deps, question, body);
  if (!filters) return { ...input, body };
  const { status, thread_id: id } = body;
  if (status !== undefined || id === undefined)
    throw forbidden('Name the thread and its runs: you may not do this to all of them.');
  await mustSee(deps, 'thread', { id, filters });
  return { ...input, body };
};

/** With the threads it ran on go those that the caller may delete. The filters from here on are those of threads. */
const deleteAssistant: Check = async (deps, question) => {
  const own = await one(deps, question);
  if (!isRecord(own.query) || own.query['delete_threads'] !== true) return own;
  const access: Access = { ...question.access, event: 'threads:delete' };
  const { filters } = await ask(deps, { ...question, access }, { metadata: {}, ...own.params });
  return { ...own, filters };
};

const copy: Check = async (deps, question) => {
  const { principal, input } = question;
  const id = String(input.params?.['thread_id']);
  const value = { thread_id: id };
  const { filters } = await deps.auth.authorize({ principal, event: 'threads:read', value });
  const metadata = filters && (await deps.metadataOf.thread(id));
  if (filters && metadata && !passesFilters(metadata, filters)) throw taken('thread', id);
  await deps.auth.authorize({ principal, event: 'threads:create', value: { metadata: {} } });
  return input;
};

/** The store is authorised on the namespace, which the handler may change; filters are the store's own to apply. */
const store: Check = async (deps, question) => {
  const { access, input } = question;
  const [part, field] = access.namespace ?? ['body', 'namespace'];
  const given = (isRecord(input[part]) ? input[part] : {}) as Record<string, unknown>;
  const { [field]: namespace, ...rest } = given;
  const value: Record<string, unknown> = { ...rest, namespace };
  const { filters } = await ask(deps, question, value);
  const { namespace: allowed, ...changed } = value;
  return { ...input, filters, [part]: { ...changed, [field]: allowed } };
};

/** What concerns the whole server: only a handler for just that can allow it. */
const server: Check = async (deps, { access, principal, input }) => {
  const value = { ...(isRecord(input.body) ? input.body : {}), ...input.params };
  const { filters } = await deps.auth.authorize({ principal, event: access.event, value, only: true });
  if (filters) throw forbidden('A handler for "holdpoint" allows or refuses; it cannot filter.');
  return input;
};

/**
 * Which event it is, its method says; whose threads it may touch, its handler looks at. Calls that are sent at once have
 * one answer of the rules for all, so they must be of one event.
 */
const rpc: Check = async (deps, question) => {
  const { access, principal, input } = question;
  const [event = access.event, ...others] = rpcEvents(access.event, input.body);
  if (others.length > 0)
    throw new HoldpointError(
      'invalid_request',
      'Send these calls one by one: each is authorised for itself.',
    );
  const value = { ...input.params, metadata: {} };
  const { filters } = await ask(deps, { ...question, access: { ...access, event } }, value);
  await mustUse(deps, principal, input.params?.['assistant_id']);
  return { ...input, filters, mayUse: (assistant) => isFor(deps, principal, assistant) };
};

/** What an assistant says of itself is for those who may use it. */
const card: Check = async (deps, { principal, input }) => {
  await mustUse(deps, principal, (input.query as { assistant_id?: string }).assistant_id);
  return input;
};

const signedIn: Check = (_deps, { input }) => Promise.resolve(input);

const CHECKS = {
  one,
  follow,
  create,
  oneById: byId(one),
  ofApproval,
  approvals,
  onThread,
  launch,
  command,
  batch,
  search,
  prune,
  cancelRuns,
  deleteAssistant,
  copy,
  store,
  server,
  rpc,
  card,
  signedIn,
} satisfies Record<Access['kind'], Check>;

const mustSee = async (
  deps: AccessDeps,
  resource: Resource,
  { id, filters }: { id: string; filters: AuthFilters },
): Promise<void> => {
  const metadata = await deps.metadataOf[resource](id);
  if (metadata && !passesFilters(metadata, filters)) throw NOT_FOUND[resource](id);
};

const idOf = async (
  { threadOfRun }: AccessDeps,
  resource: Resource,
  params: Record<string, string>,
): Promise<string> => {
  const id = params[`${resource}_id`];
  if (id !== undefined) return id;
  const runId = params['run_id'] ?? '';
  const threadId = await threadOfRun(runId);
  if (threadId === undefined) throw runNotFound(runId);
  return threadId;
};

const NOT_FOUND: Record<Resource, (id: string) => HoldpointError> = {
  thread: threadNotFound,
  cron: cronNotFound,
  assistant: assistantNotFound,
};

const taken = (resource: Resource, id: string): HoldpointError =>
  new HoldpointError('already_exists', `${resource} ${id} already exists`, {
    details: { [`${resource}_id`]: id },
  });

const forbidden = (message: string): HoldpointError => new HoldpointError('forbidden', message);

const metadataIn = (value: Record<string, unknown>): Metadata =>
  isRecord(value['metadata']) ? value['metadata'] : {};

const ownOf = (filters: AuthFilters | undefined): Metadata => (filters ? ownMetadata(filters) : {});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
