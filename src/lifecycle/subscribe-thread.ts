import {
  afterFence,
  inputRequested,
  lineEnd,
  lineNumber,
  lineOf,
  placed,
  rootLifecycle,
  type ProtocolEvent,
} from '../engine/protocol/protocol-event.ts';
import type { RunTranslator } from '../engine/protocol/run-translator.ts';
import { questionIds } from '../model/questions.ts';
import type { EventCursor } from '../model/run-event.ts';
import { showInterrupts } from '../model/shown-questions.ts';
import type { Subscription } from '../model/subscription.ts';
import type { Thread } from '../model/thread.ts';
import {
  createCurrentStart,
  createFollowThread,
  createStartAround,
  type ThreadNews,
} from './follow-thread.ts';
import type { ReadEventsDeps } from './read-events.ts';

interface SubscribeInput {
  threadId: string;
  subscription: Subscription;
  signal: AbortSignal;
}

/** What a subscriber is told at once. */
export interface Told {
  /** In the order of their numbers. */
  events: ProtocolEvent[];
  /** What it wants of all up to this number has been told with them. */
  upTo: number;
  /** Everything there was has been told. */
  caughtUp: boolean;
}

/**
 * A thread in protocol v2, over all its runs, until the subscriber leaves or the thread is deleted. The events of a
 * run, their ids and their order are the same whenever they are read. A question that waits is said to every new
 * subscriber, also when the events of the run that asked it are gone; one that was answered is not.
 */
export const createSubscribeThread = (deps: ReadEventsDeps) => {
  const { storage } = deps;
  const follow = createFollowThread(deps);
  const currentStart = createCurrentStart(deps);
  const startAround = createStartAround(deps);
  return async function* ({ threadId, subscription, signal }: SubscribeInput): AsyncGenerator<Told> {
    const { isWanted } = await import('../engine/protocol/wanted.ts'); // LangGraph's: only who subscribes waits for it
    const { since, channels } = subscription;
    const fresh = since === undefined;
    const after = fresh ? await currentStart(threadId) : await startAround(threadId, lineOf(since));
    const before = fresh ? await questionsBefore(deps, threadId, after) : NO_QUESTIONS;
    const wanted = (event: ProtocolEvent): boolean =>
      isWanted(event, subscription) && !before.answered(event);
    const wants = (channel: string): boolean => channels.includes(channel);
    const translate = createThreadTranslator({ after, wants, threadId, storage });
    const waiting = before.waiting.filter(wanted);
    let upTo = 0;
    if (waiting.length > 0) yield { events: waiting, upTo, caughtUp: false };
    for await (const news of follow({ threadId, after, skipValues: !wants('values'), signal })) {
      const events = await translate(news);
      upTo = Math.max(upTo, endOf(news), events.at(-1)?.seq ?? 0);
      yield { events: events.filter(wanted), upTo, caughtUp: news.kind === 'caught_up' };
    }
  };
};

const endOf = (news: ThreadNews): number => {
  if (news.kind === 'caught_up') return lineEnd(news.after);
  const last = news.kind === 'events' ? news.events.at(-1) : undefined;
  return last ? lineEnd(last.cursor) : 0;
};

interface QuestionsBefore {
  /** To be said to who comes new, because no event to come says it. */
  waiting: ProtocolEvent[];
  /** Whether an event is a question that was asked before and waits no more. */
  answered: (event: ProtocolEvent) => boolean;
}

const NO_QUESTIONS: QuestionsBefore = { waiting: [], answered: () => false };

const questionsBefore = async (
  deps: ReadEventsDeps,
  threadId: string,
  after: EventCursor,
): Promise<QuestionsBefore> => {
  const last = (await deps.storage.events.last(threadId))?.cursor;
  const thread = await deps.storage.threads.get(threadId);
  const eventsAreGone = thread?.status === 'interrupted' && !(last && isAfter(last, after));
  return {
    waiting: eventsAreGone ? waitingQuestions(thread, deps) : [],
    answered: answeredBefore(thread, last),
  };
};

const isAfter = (a: EventCursor, b: EventCursor): boolean =>
  a.fence > b.fence || (a.fence === b.fence && a.seq > b.seq);

const answeredBefore = (thread: Thread | undefined, last: EventCursor | undefined) => {
  const waiting = new Set(thread ? questionIds(thread.interrupts) : []);
  const end = last ? lineNumber({ fence: last.fence, seq: last.seq + 1 }) : 0;
  return ({ method, seq, params }: ProtocolEvent): boolean =>
    method === 'input.requested' &&
    seq < end &&
    !waiting.has((params.data as { interrupt_id: string }).interrupt_id);
};

/** The questions of a run whose events are gone, and that they wait. */
const waitingQuestions = (
  thread: Thread,
  { showQuestion = (value) => value }: ReadEventsDeps,
): ProtocolEvent[] => {
  const shown = Object.values(showInterrupts(showQuestion, thread.interrupts)).flat();
  const questions = shown.flatMap(({ id, value }) =>
    id === undefined ? [] : [inputRequested([], id, value)],
  );
  if (questions.length === 0) return [];
  const about = { graph_name: thread.graphId ?? 'root', state: 'awaiting_decision' };
  const events = [...questions, rootLifecycle('interrupted', about)];
  return placed(events, { fence: thread.fence, seq: 0 }, 'own');
};

interface TranslatorDeps extends ReadEventsDeps {
  threadId: string;
  after: EventCursor;
  wants: (channel: string) => boolean;
}

/** One translator for each run, from its first line on. */
const createThreadTranslator = ({ threadId, after, wants, storage }: TranslatorDeps) => {
  let runId: string | undefined;
  let current: RunTranslator | undefined;
  const translatorOf = async (id: string, start: EventCursor): Promise<RunTranslator> => {
    if (current && runId === id) return current;
    const { createRunTranslator } = await import('../engine/protocol/run-translator.ts');
    const graphName = (await storage.threads.get(threadId))?.graphId ?? 'root';
    runId = id;
    current = createRunTranslator({ runId, graphName, start, wants });
    return current;
  };
  return async (news: ThreadNews): Promise<ProtocolEvent[]> => {
    if (news.kind === 'caught_up') return [];
    if (news.kind === 'rest') {
      const { run } = news;
      return (await translatorOf(run.runId, afterFence(run.fenceFloor))).rest(run);
    }
    const events: ProtocolEvent[] = [];
    for (const line of news.events) events.push(...(await translatorOf(line.runId, after)).line(line));
    return events;
  };
};

/** How a run's agents stand, as its events tell. */
export interface AgentTree {
  namespace: string[];
  status: string;
  graph_name: string;
  children?: AgentTree[];
}

/** The tree of the current run; undefined where none ever ran. */
export const createAgentTree = (deps: ReadEventsDeps) => {
  const subscribe = createSubscribeThread(deps);
  return async (threadId: string): Promise<AgentTree | undefined> => {
    const nodes = new Map<string, AgentTree>();
    const leaving = new AbortController();
    const subscription = { channels: ['lifecycle'] };
    for await (const { events, caughtUp } of subscribe({ threadId, subscription, signal: leaving.signal })) {
      for (const { params } of events) {
        const { event, graph_name } = params.data as { event: string; graph_name: string };
        nodes.set(params.namespace.join('|'), { namespace: params.namespace, status: event, graph_name });
      }
      if (caughtUp) leaving.abort();
    }
    for (const node of nodes.values()) {
      const parent = nodes.get(node.namespace.slice(0, -1).join('|'));
      if (parent && parent !== node) (parent.children ??= []).push(node);
    }
    return nodes.get('');
  };
};
