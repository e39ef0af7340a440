import { HoldpointClient, type Connection } from './client.ts';
import { ServerRefusal, SessionError } from './errors.ts';
import { PROGRESS_MODES } from './progress.ts';
import { Session } from './session.ts';

/** What an agent is asked to do: a task in words, messages, or the whole input of its graph. */
export type Work = { task: string } | { messages: unknown[] } | { input: Record<string, unknown> | null };

export type StartOptions = Work & {
  /** Go on with this thread, instead of a new one. */
  threadId?: string | undefined;
  context?: Record<string, unknown> | undefined;
  config?: Record<string, unknown> | undefined;
  metadata?: Record<string, unknown> | undefined;
};

/**
 * An agent on a server.
 *
 * @example
 * const session = await new Agent('researcher', { url }).start({ task: 'Read the news' });
 */
export class Agent {
  readonly name: string;
  readonly client: HoldpointClient;

  /** `name` is an assistant's id, its name, or a graph's id. Nothing is sent before `start`. */
  constructor(name: string, connection: Connection | HoldpointClient = {}) {
    this.name = name;
    this.client = connection instanceof HoldpointClient ? connection : new HoldpointClient(connection);
  }

  /**
   * Starts a run and answers as soon as the server has accepted it: from then on it is on disk.
   * @throws {ServerRefusal} `assistant_not_found`, `thread_busy`, `thread_paused` …
   */
  async start({
    threadId = crypto.randomUUID(),
    context,
    config,
    metadata,
    ...work
  }: StartOptions): Promise<Session> {
    const request = {
      input: inputOf(work),
      ifNotExists: 'create' as const,
      streamMode: [...PROGRESS_MODES],
      ...(context && { context }),
      ...(config && { config }),
      ...(metadata && { metadata }),
    };
    const launch = (assistant: string) => this.client.runs.create(threadId, assistant, request);
    const run = await launch(this.name).catch(async (error: unknown) => {
      if (!(error instanceof ServerRefusal) || error.code !== 'assistant_not_found') throw error;
      return launch(await this.#idByName(error));
    });
    return new Session({ client: this.client, id: threadId, runId: run.run_id });
  }

  async #idByName(notFound: ServerRefusal): Promise<string> {
    const found = await this.client.assistants.search({ name: this.name, limit: 100 });
    const [only, ...others] = found.filter(({ name }) => name === this.name);
    if (others.length > 0)
      throw new SessionError(
        `${others.length + 1} assistants are called "${this.name}": give the id of one.`,
      );
    if (only) return only.assistant_id;
    throw notFound;
  }
}

const inputOf = (work: Work): Record<string, unknown> | null => {
  if ('task' in work) return { messages: [{ role: 'user', content: work.task }] };
  return 'messages' in work ? { messages: work.messages } : work.input;
};
