import { randomUUID } from 'node:crypto';
import { Message, Role, SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import { ClientFactory, type Client, JsonRpcTransportFactory } from '@a2a-js/sdk/client';
import type { SharedServer } from '../wire/server.ts';

/** What a program says to an agent: text, data, or both. */
export interface Saying {
  text?: string;
  data?: Record<string, unknown>;
  taskId?: string;
  contextId?: string;
  returnImmediately?: boolean;
}

/** A message in the protocol's own types. */
export const saying = ({ text, data, taskId = '', contextId = '', ...rest }: Saying): SendMessageRequest =>
  SendMessageRequest.fromJSON({
    message: Message.toJSON({
      ...Message.fromJSON({
        messageId: randomUUID(),
        parts: [...(text === undefined ? [] : [{ text }]), ...(data === undefined ? [] : [{ data }])],
      }),
      taskId,
      contextId,
      role: Role.ROLE_USER,
    }),
    configuration: { returnImmediately: rest.returnImmediately ?? false },
  });

/** The SDK's own client, by the card that the server shows; `0.3` makes it speak that. */
export const agentClient = async (
  url: string,
  assistant: string,
  version: '1.0' | '0.3' = '1.0',
): Promise<Client> => {
  const path = `/.well-known/agent-card.json?assistant_id=${assistant}`;
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ legacyCompat: { enabled: true } })],
  });
  if (version === '1.0') return factory.createFromUrl(url, path);
  const card = (await (await fetch(`${url}${path}`)).json()) as { supportedInterfaces: object[] };
  const older = card.supportedInterfaces.filter(
    (one) => (one as { protocolVersion: string }).protocolVersion === '0.3',
  );
  return factory.createFromAgentCard({ ...card, supportedInterfaces: older } as never);
};

export const asTask = (answer: unknown): Task => {
  if (typeof answer === 'object' && answer !== null && 'status' in answer) return answer as Task;
  throw new Error(`no task: ${JSON.stringify(answer)}`);
};

export const stateOf = ({ status }: Pick<Task, 'status'>): string =>
  TaskState[status?.state ?? TaskState.UNRECOGNIZED];

/** The text of a task's result, or of what it says of its state. */
export const textOf = (parts: Message['parts'] = []): string =>
  parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');

/** The data that a message or an artifact carries. */
export const dataOf = (parts: Message['parts'] = []): Record<string, unknown> =>
  Object.assign(
    {},
    ...parts.map(({ content }) => (content?.$case === 'data' ? (content.value as object) : {})),
  ) as Record<string, unknown>;

/** Each event of a stream in one word, with the text it carries. */
export const heard = ({ payload }: StreamResponse): string => {
  if (payload?.$case === 'task') return `task ${stateOf(payload.value)}`;
  if (payload?.$case === 'statusUpdate') return `status ${stateOf(payload.value)}`;
  if (payload?.$case !== 'artifactUpdate') return String(payload?.$case);
  const { append, lastChunk, artifact } = payload.value;
  const word = lastChunk ? 'result' : append ? 'more' : 'text';
  return `${word} ${textOf(artifact?.parts)}`;
};

/** A call as no SDK would make it. */
export const rpc = async (
  server: Pick<SharedServer, 'send'>,
  assistant: string,
  { method, params, headers = {} }: { method: string; params?: unknown; headers?: Record<string, string> },
) => {
  const { status, json } = await server.send(
    'POST',
    `/a2a/${assistant}`,
    { jsonrpc: '2.0', id: 7, method, params },
    headers,
  );
  return { status, ...(json as { result?: Record<string, unknown>; error?: RpcError }) };
};

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}
