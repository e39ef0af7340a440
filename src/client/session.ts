import { HoldpointClient, type Connection } from './client.ts';
import { SessionError } from './errors.ts';
import { followRun } from './follow-run.ts';
import { PROGRESS_MODES, type Progress } from './progress.ts';
import {
  pauseBody,
  pauseOf,
  resumeBody,
  type Check,
  type Pause,
  type PauseOptions,
  type PauseView,
  type ResumeOptions,
} from './pause.ts';
import {
  decisionBody,
  questionOf,
  type ApprovalView,
  type Choice,
  type Decision,
  type Question,
} from './questions.ts';

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

interface Sending {
  question: Question;
  said: Parameters<typeof decisionBody>[1];
  choice: Choice;
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
      questions: run.lifecycle.state === 'awaiting_decision' ? await this.questions() : [],
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
    const query = { thread_id: this.id, limit: 1000 };
    return (await this.client.control<ApprovalView[]>('/approvals', { query })).map(questionOf);
  }

  /** Asks the run to stop at the end of its step. It may be draining when this resolves: `result()` waits for it. */
  async pause(options: PauseOptions): Promise<Pause> {
    const body = pauseBody(options);
    return pauseOf(
      await this.client.control<PauseView>(`/threads/${this.id}/pause`, { method: 'POST', body }),
    );
  }

  /**
   * Goes on with the paused run, once every check of the preflight passed.
   * @throws {ServerRefusal} `preflight_failed`, with every check in `details.checks`; nothing has changed then.
   */
  async resume(options: ResumeOptions = {}): Promise<{ runId: string; preflight: Check[] }> {
    const body = resumeBody(options);
    const { run_id: runId, preflight } = await this.client.control<{ run_id: string; preflight: Check[] }>(
      `/threads/${this.id}/resume`,
      { method: 'POST', body },
    );
    this.#runId = runId;
    return { runId, preflight };
  }

  /** Lets every held call of the question run as it is. */
  async approve(choice: Choice = {}): Promise<void> {
    await this.#decideAll({ type: 'approve' }, choice);
  }

  /** Lets the one held call run with these arguments instead. They replace all of its arguments. */
  async edit(args: Record<string, unknown>, choice: Choice = {}): Promise<void> {
    const question = await this.#question(choice);
    if (question.toolCalls.length > 1)
      throw new SessionError(`${question.toolCalls.length} tool calls are held together: use decide().`);
    await this.#answer(question, [{ type: 'edit', args }], choice);
  }

  /** Lets no held call of the question run; the model is told why and goes on. */
  async reject(message?: string, choice: Choice = {}): Promise<void> {
    await this.#decideAll({ type: 'reject', ...(message !== undefined && { message }) }, choice);
  }

  /** Answers in place of the tool, or a question of the graph's own with any JSON value. */
  async respond(answer: unknown, choice: Choice = {}): Promise<void> {
    const question = await this.#question(choice);
    if (question.toolCalls.length === 0) return this.#send({ question, said: { answer }, choice });
    const message = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const decisions = question.toolCalls.map((): Decision => ({ type: 'respond', message }));
    await this.#answer(question, decisions, choice);
  }

  /** One decision for each held call of the question, in order. */
  async decide(decisions: Decision[], choice: Choice = {}): Promise<void> {
    await this.#answer(await this.#question(choice), decisions, choice);
  }

  async #decideAll(decision: Decision, choice: Choice): Promise<void> {
    const question = await this.#question(choice);
    const decisions = question.toolCalls.map(() => decision);
    await this.#answer(question, decisions, choice);
  }

  async #answer(question: Question, decisions: Decision[], choice: Choice): Promise<void> {
    const { length } = question.toolCalls;
    if (length === 0) throw new SessionError('This question holds no tool call: answer it with respond().');
    if (decisions.length !== length)
      throw new SessionError(`${length} tool calls are held: give one decision for each, in order.`);
    await this.#send({ question, said: { decisions }, choice });
  }

  async #send({ question, said, choice }: Sending): Promise<void> {
    const body = decisionBody(question, said, choice);
    const path = `/approvals/${question.id}/decision`;
    const { run_id: runId } = await this.client.control<{ run_id: string }>(path, { method: 'POST', body });
    this.#runId = runId;
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
