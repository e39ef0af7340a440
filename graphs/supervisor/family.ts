import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { Client } from '@langchain/langgraph-sdk';

/** The server this graph runs in. A key for it, where it asks for one, is in `HOLDPOINT_API_KEY`. */
const server = () => {
  const send = (globalThis as Record<symbol, unknown>)[Symbol.for('langgraph_api:fetch')];
  if (typeof send !== 'function')
    throw new Error('The supervisor launches its agents through a server, and runs in none.');
  const { HOLDPOINT_API_KEY: key } = process.env;
  const headers: Record<string, string> = key ? { 'x-api-key': key } : {};
  const callerOptions = { maxRetries: 0 };
  const client = new Client({ apiKey: null, defaultHeaders: headers, callerOptions });
  return { send: send as typeof fetch, headers, client };
};

type Server = ReturnType<typeof server>;

const AGAIN_MS = 250;

/**
 * An answer of the server, as opposed to none, of which 429 and 503 ask to come again; or a call that cannot be made
 * at all. What the network does to a call has a cause.
 */
const isFinal = (error: unknown): boolean => {
  if (error instanceof TypeError) return error.cause === undefined;
  const { status } = error as { status?: number };
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
};

/** Asks until there is an answer: a server that is being deployed, or was killed, is no failure of the agent. */
const patiently = async <T>(
  signal: AbortSignal | undefined,
  ask: (server: Server) => Promise<T>,
): Promise<T> => {
  const asked = server();
  for (;;) {
    try {
      return await ask(asked);
    } catch (error) {
      if (isFinal(error)) throw error;
      await wait(AGAIN_MS, undefined, signal ? { signal } : {});
    }
  }
};

const postOnce = async ({ send, headers }: Server, path: string, body: object): Promise<void> => {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { status } = response;
  if (!response.ok)
    throw Object.assign(new Error(`POST ${path}: ${status} ${await response.text()}`), { status });
};

/** A UUID that is always the same for the same words. */
const idOf = (...words: string[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
};

export interface Subtask {
  /** What it is called, in the plan. */
  title: string;
  persona: string;
  instructions: string;
  threadId: string;
  runId: string | null;
  /** The word of its lifecycle. */
  status: string;
  /** Why it is held, or failed. */
  reason: string | null;
  result: string | null;
}

/** The thread of a subtask: whoever asks again is given the same. */
export const threadOf = (coordinator: string, plan: string, index: number): string =>
  idOf(coordinator, plan, String(index));

/** What the server calls the events by which it tells a thread of those it launched: each rest and each end of them. */
export const familyEvent = (coordinator: string): string => `children.${coordinator}`;

/**
 * Launches a subtask as a run of its own thread, once: asked again, also by another process after a crash, it finds the
 * run that there is.
 */
export const launchSubtask = (
  coordinator: string,
  task: Subtask,
  signal: AbortSignal | undefined,
): Promise<string> => patiently(signal, ({ client }) => launchOnce(client, coordinator, task));

const launchOnce = async (client: Client, coordinator: string, task: Subtask): Promise<string> => {
  const { threadId, persona, title, instructions } = task;
  const metadata = { parent_thread_id: coordinator, persona, title };
  await client.threads.create({ threadId, metadata, ifExists: 'do_nothing' });
  const [known] = await client.runs.list(threadId, { limit: 1 });
  if (known) return known.run_id;
  const run = await client.runs.create(threadId, 'persona', {
    input: { messages: [{ role: 'user', content: instructions }] },
    context: { persona },
    config: { recursion_limit: 1000 },
    metadata: { parent_thread_id: coordinator },
    multitaskStrategy: 'reject',
  });
  return run.run_id;
};

interface ThreadNow {
  status: string;
  lifecycle?: { state: string; reason: string | null } | null;
  values?: { messages?: { type: string; content: unknown }[] } | null;
}

/** How a subtask stands now, whatever runs have moved its thread. */
export const lookAt = (task: Subtask, signal: AbortSignal | undefined): Promise<Subtask> =>
  patiently(signal, ({ client }) => lookOnce(client, task));

const lookOnce = async (client: Client, task: Subtask): Promise<Subtask> => {
  const thread = (await client.threads.get(task.threadId)) as unknown as ThreadNow;
  const status = thread.lifecycle?.state ?? thread.status;
  const said = thread.values?.messages?.findLast(({ type }) => type === 'ai')?.content;
  const result = status === 'success' && typeof said === 'string' ? said : null;
  return { ...task, status, result, reason: thread.lifecycle?.reason ?? null };
};

/** Nothing more becomes of it by itself. */
export const isOver = ({ status }: Subtask): boolean =>
  ['success', 'error', 'timeout', 'cancelled'].includes(status);

/** Pauses the thread that asks for it, at the end of the step that does: returns when this run has heard of it. */
export const pauseSelf = async (reason: string, config: LangGraphRunnableConfig): Promise<void> => {
  const thread = String(config.configurable?.['thread_id']);
  const body = { reason: reason.slice(0, 2000) };
  await patiently(config.signal, (server) => postOnce(server, `/threads/${thread}/pause`, body));
};
