import { HoldpointClient, type Connection } from './client.ts';
import { SessionError } from './errors.ts';
import { followRun } from './follow-run.ts';
import { PROGRESS_MODES, type Progress } from './progress.ts';
import { answerOf, questionsOf, type Decision, type Question } from './questions.ts';

/** How a run came to rest, in the words of `lifecycle.state`. */
export type RestingState =
  'success' | 'awaiting_decision' | 'paused' | 'stopped' | 'error' | 'timeout' | 'cancelled';

/** Where a session is now. */
export interface Outcome {
  threadId: string;
  runId: string;
  /** `queued`, `running` and `draining` only where it was asked for before the run was at rest. */
  status: RestingState | 'queued' | 'running' | 'draining';
  /** The state of the graph. */
  values: unknown;
  /** What waits for a person. */
  questions: Question[];
  /** Why it failed, if it did. */
  failure: { reason: string; error: string; message: string } | null;
  /** Why it was paused, stopped or cancelled. */
  reason: string | null;
}

interface SessionParts {
  client: HoldpointClient;
  id: string;
  runId?: string;
}

/** What the server says of a run beside the fields every LangGraph server has. */
interface RunFacts {
  run_id: string;
  assistant_id: string;
  lifecycle: { state: Outcome['status']; reason: string | null };
  failure: Outcome['failure'];
}

interface Choice {
  /** Which question is meant, when several wait. */
  question?: string | undefined;
}

/** One thread on a server and the run that moves it now. It holds no connection: load it again wherever you like. */
export class Session {
  /** The thread's id: what `Session.load` takes. */
  readonly id: string;
  readonly client: HoldpointClient;
  #runId: string | undefined;

  constructor({ client, id, runId }: SessionParts) {
    this.client = client;
    this.id = id;
    this.#runId = runId;
  }

  /**
   * The session of a thread that is there.
   * @throws {ServerRefusal} `thread_not_found`.
   */
  static async load(id: string, connection: Connection | HoldpointClient = {}): Promise<Session> {
    const client = connection instanceof HoldpointClient ? connection : new HoldpointClient(connection);
    const { thread_id: threadId } = await client.threads.get(id);
    return new Session({ client, id: threadId });
  }

  /** Where it is now; does not wait. */
  async status(): Promise<Outcome> {
    const [run, thread] = [await this.#run(), await this.client.threads.get(this.id)];
    return {
      threadId: this.id,
      runId: run.run_id,
      status: run.lifecycle.state,
      values: thread.values,
      questions: questionsOf(this.id, thread.interrupts),
      failure: run.failure,
      reason: run.lifecycle.reason,
    };
  }

  /**
   * What happens, from the beginning of the present run until it is at rest. A lost connection is taken up where
   * it broke off, also after a restart of the server. Leaving early leaves the run running.
   */
  async *events({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Progress> {
    const { run_id: runId } = await this.#run();
    yield* followRun({
      open: (lastEventId) =>
        this.client.runs.joinStream(this.id, runId, {
          streamMode: [...PROGRESS_MODES],
          ...(signal && { signal }),
          ...(lastEventId !== undefined && { lastEventId }),
        }),
      isAtRest: async () => isAtRest(await this.#get(runId)),
      signal,
    });
  }

  /** Waits until the present run is at rest: done, held for a decision, paused, stopped or failed. */
  async result(): Promise<Outcome> {
    for await (const _ of this.events());
    return this.status();
  }

  /** What waits for a person, oldest first. */
  async questions(): Promise<Question[]> {
    return questionsOf(this.id, (await this.client.threads.get(this.id)).interrupts);
  }

  /** Lets every held call of the question run as it is. */
  async approve({ message, ...choice }: Choice & { message?: string } = {}): Promise<void> {
    await this.#decideAll({ type: 'approve', ...(message !== undefined && { message }) }, choice);
  }

  /** Lets the one held call run with these arguments instead. They replace all of its arguments. */
  async edit(args: Record<string, unknown>, choice: Choice = {}): Promise<void> {
    const question = await this.#question(choice);
    if (question.toolCalls.length > 1)
      throw new SessionError(`${question.toolCalls.length} tool calls are held together: use decide().`);
    await this.#answer(question, [{ type: 'edit', args }]);
  }

  /** Lets no held call of the question run; the model is told why and goes on. */
  async reject(message?: string, choice: Choice = {}): Promise<void> {
    await this.#decideAll({ type: 'reject', ...(message !== undefined && { message }) }, choice);
  }

  /** Answers in place of the tool, or a question of the graph's own with any JSON value. */
  async respond(answer: unknown, choice: Choice = {}): Promise<void> {
    const question = await this.#question(choice);
    if (question.toolCalls.length === 0) return this.#resume(question, answer);
    const message = typeof answer === 'string' ? answer : JSON.stringify(answer);
    await this.#answer(
      question,
      question.toolCalls.map(() => ({ type: 'respond', message })),
    );
  }

  /** One decision for each held call of the question, in order. */
  async decide(decisions: Decision[], choice: Choice = {}): Promise<void> {
    await this.#answer(await this.#question(choice), decisions);
  }

  async #decideAll(decision: Decision, choice: Choice): Promise<void> {
    const question = await this.#question(choice);
    await this.#answer(
      question,
      question.toolCalls.map(() => decision),
    );
  }

  async #answer(question: Question, decisions: Decision[]): Promise<void> {
    const { length } = question.toolCalls;
    if (length === 0) throw new SessionError('This question holds no tool call: answer it with respond().');
    if (decisions.length !== length)
      throw new SessionError(`${length} tool calls are held: give one decision for each, in order.`);
    await this.#resume(question, answerOf(decisions, question));
  }

  async #resume({ id }: Question, answer: unknown): Promise<void> {
    const { assistant_id: assistantId } = await this.#run();
    const run = await this.client.runs.create(this.id, assistantId, {
      command: { resume: { [id]: answer } },
      streamMode: [...PROGRESS_MODES],
    });
    this.#runId = run.run_id;
  }

  async #question({ question: id }: Choice): Promise<Question> {
    const waiting = await this.questions();
    const named = id === undefined ? waiting : waiting.filter((candidate) => candidate.id === id);
    const [only, ...others] = named;
    if (only && others.length === 0) return only;
    if (others.length > 0) throw new SessionError(`${named.length} questions wait: say which, by its id.`);
    throw new SessionError(
      id === undefined ? 'No question waits on this thread.' : `No question ${id} waits on this thread.`,
    );
  }

  /** The run this session started, or else the newest of the thread. */
  async #run(): Promise<RunFacts> {
    if (this.#runId !== undefined) return this.#get(this.#runId);
    const [newest] = await this.client.runs.list(this.id, { limit: 1 });
    if (!newest) throw new SessionError(`Nothing has run on thread ${this.id} yet.`);
    return newest as unknown as RunFacts;
  }

  async #get(runId: string): Promise<RunFacts> {
    return (await this.client.runs.get(this.id, runId)) as unknown as RunFacts;
  }
}

const isAtRest = ({ lifecycle }: RunFacts): boolean =>
  !['queued', 'running', 'draining'].includes(lifecycle.state);
