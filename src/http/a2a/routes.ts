import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Assistant } from '../../model/assistant.ts';
import { isRecord } from '../../model/json.ts';
import { Reply, route, StreamReply, type RequestFacts, type Route } from '../route.ts';
import { AssistantParams, JsonObjectBody } from '../schemas.ts';
import { scopesOfA2a } from '../rpc-scopes.ts';
import { eventStream, keepAlive } from '../sse.ts';
import { guarded, showTask, type Call } from './call.ts';
import type { A2aDeps } from './deps.ts';
import { hold } from './hold.ts';
import { isExtensionMethod, PAUSE_EXTENSION, type ExtensionMethod } from './extension.ts';
import { createHandler } from './handler.ts';
import { loadSdk, type Sdk } from './sdk.ts';

const tag = 'a2a';

/** Each assistant as an agent that other agents speak to. */
export const a2aRoutes = (deps: A2aDeps): Route[] => [
  route({
    method: 'post',
    path: '/a2a/:assistant_id',
    scope: 'any',
    moreScopes: scopesOfA2a,
    tag,
    summary: 'A2A by JSON-RPC, versions 1.0 and 0.3; a refused call is 200 with an error',
    params: AssistantParams,
    body: z.unknown().meta({ type: 'object', description: 'a JSON-RPC request' }),
    response: JsonObjectBody,
    handle: async ({ params, body, request }) => {
      const assistant = await deps.assistants.find(params.assistant_id);
      return respond(deps, { assistant, body, request });
    },
  }),
  route({
    method: 'get',
    path: '/.well-known/agent-card.json',
    scope: 'read',
    tag,
    summary: 'What an assistant says of itself to other agents; that of the first graph unless one is named',
    query: z.object({ assistant_id: z.string().min(1).max(200).optional() }),
    response: JsonObjectBody,
    handle: async ({ query, request }) => {
      const assistant = await named(deps, query.assistant_id);
      return new Reply(200, await cards(deps, assistant, request), { Vary: 'A2A-Version' });
    },
  }),
];

const named = async ({ assistants }: A2aDeps, id: string | undefined): Promise<Assistant> => {
  if (id !== undefined) return assistants.find(id);
  const query = { limit: 1, offset: 0, sortBy: 'created_at' as const, sortOrder: 'asc' as const };
  const { items } = await assistants.search(query);
  return items[0] ?? assistants.find('agent');
};

/** Both versions of the card in one: what one does not know it leaves aside. */
const cards = async (deps: A2aDeps, assistant: Assistant, request: RequestFacts): Promise<object> => {
  const sdk = await loadSdk();
  const call: Call = { sdk, deps, assistant, request, protocol: '0.3' };
  const ask = { jsonrpc: '2.0', id: 1, method: 'agent/getAuthenticatedExtendedCard' };
  const transport = new sdk.legacy.LegacyJsonRpcTransportHandler(createHandler(call));
  const older = (await transport.handle(ask, contextOf(call))) as { result?: object };
  const newer = sdk.types.AgentCard.toJSON(await createHandler(call).getAgentCard()) as object;
  const version = request.headers['a2a-version'];
  if (version === '1.0') return newer;
  return { ...newer, ...older.result, capabilities: capabilitiesOf(newer) };
};

const capabilitiesOf = (card: object): unknown => (card as Record<string, unknown>)['capabilities'];

const contextOf = ({ sdk, protocol }: Pick<Call, 'sdk' | 'protocol'>) =>
  new sdk.server.ServerCallContext({ requestedVersion: protocol });

interface Asked {
  assistant: Assistant;
  body: unknown;
  request: RequestFacts;
}

/** Methods whose answer may take as long as the agent does. */
const WAITING = new Set<unknown>(['SendMessage', 'message/send', 'CancelTask', 'tasks/cancel']);
const STREAMING = new Set<unknown>([
  'SendStreamingMessage',
  'message/stream',
  'SubscribeToTask',
  'tasks/resubscribe',
]);

const respond = async (deps: A2aDeps, { assistant, body, request }: Asked): Promise<unknown> => {
  const sdk = await loadSdk();
  const method = isRecord(body) ? body['method'] : undefined;
  const call: Call = { sdk, deps, assistant, request, protocol: protocolOf(sdk, method, request) };
  const headers = activated(call);
  if (STREAMING.has(method)) return streamed(call, body, headers);
  const answer = () => (isExtensionMethod(method) ? held(call, method, body) : transportOf(call)(body));
  if (!WAITING.has(method) && !isExtensionMethod(method)) return new Reply(200, await answer(), headers);
  const write = async (response: ServerResponse): Promise<void> => {
    const beat = keepAlive(response, { every: deps.heartbeatMs, sign: '\n' });
    try {
      response.write(JSON.stringify(await answer()));
    } finally {
      beat.stop();
    }
  };
  return new StreamReply({ 'Content-Type': 'application/json', ...headers }, write, true);
};

/** By the name of the method; that of the extension is the same in both, so there the header says it. */
const protocolOf = ({ compat }: Sdk, method: unknown, { headers }: RequestFacts): string => {
  if (compat.isLegacyJsonRpcMethod(method)) return '0.3';
  if (method !== 'tasks/pause' && method !== 'tasks/resume') return '1.0';
  return headers['a2a-version'] === '1.0' ? '1.0' : '0.3';
};

type Transport = (body: unknown) => Promise<unknown>;

/** Speaks the version that was spoken. */
const transportOf = (call: Call): Transport => {
  const { server, legacy } = call.sdk;
  const handler = createHandler(call);
  const transport =
    call.protocol === '0.3'
      ? new legacy.LegacyJsonRpcTransportHandler(handler)
      : new server.JsonRpcTransportHandler(handler);
  return (body) => transport.handle(isRecord(body) ? aliased(body) : NO_CALL, contextOf(call));
};

/** Text would be read as JSON by the transport, after it was decided what the caller may do. */
const NO_CALL = {};

/** The list has no older name; it is understood by the one it would have. */
const aliased = (body: Record<string, unknown>): Record<string, unknown> =>
  body['method'] === 'tasks/list' ? { ...body, method: 'ListTasks' } : body;

/** Does what the extension asks and shows the task in the words of the version that was spoken. */
const held = async (call: Call, method: ExtensionMethod, body: unknown): Promise<unknown> => {
  const { sdk, protocol } = call;
  const { id = null, params } = body as { id?: unknown; params?: unknown };
  const handler = createHandler(call);
  handler.getTask = () =>
    guarded(call, async () => showTask(call, await hold(call, method, params), { historyLength: 0 }));
  const ask = { jsonrpc: '2.0', id, params: isRecord(params) ? params : {} };
  return protocol === '0.3'
    ? new sdk.legacy.LegacyJsonRpcTransportHandler(handler).handle(
        { ...ask, method: 'tasks/get' },
        contextOf(call),
      )
    : new sdk.server.JsonRpcTransportHandler(handler).handle({ ...ask, method: 'GetTask' }, contextOf(call));
};

/** What is refused before the first event is answered as any other refusal is. */
const streamed = async (call: Call, body: unknown, headers: Record<string, string>): Promise<unknown> => {
  const answer = await transportOf(call)(body);
  if (!isStream(answer)) return new Reply(200, answer, headers);
  const events = answer[Symbol.asyncIterator]();
  const id = isRecord(body) ? (body['id'] ?? null) : null;
  const refused = (error: unknown) => ({ jsonrpc: '2.0', id, error: errorOf(call, error) });
  let first: IteratorResult<unknown>;
  try {
    first = await events.next();
  } catch (error) {
    return new Reply(200, refused(error), headers);
  }
  return eventStream({
    heartbeatMs: call.deps.heartbeatMs,
    headers,
    pages: async function* () {
      try {
        for (let next = first; !next.done; next = await events.next()) yield frame(next.value);
      } catch (error) {
        yield frame(refused(error));
      }
    },
  });
};

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

const errorOf = ({ sdk, protocol }: Call, error: unknown): object =>
  protocol === '0.3'
    ? sdk.legacy.LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError(error)
    : sdk.server.JsonRpcTransportHandler.mapToJSONRPCError(error);

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Says that the extension is in force, to who asked for it. */
const activated = ({ request }: Call): Record<string, string> => {
  for (const name of ['a2a-extensions', 'x-a2a-extensions']) {
    const asked = String(request.headers[name] ?? '').split(',');
    if (asked.some((uri) => uri.trim() === PAUSE_EXTENSION)) return { [name]: PAUSE_EXTENSION };
  }
  return {};
};
