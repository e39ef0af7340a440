import { setTimeout as pause } from 'node:timers/promises';
import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { exchange } from '../agent/exchange.ts';

const replaced = <T>(initial: T) => Annotation<T>({ reducer: (_, next) => next, default: () => initial });

const State = Annotation.Root({
  topic: replaced(''),
  /** How many questions are to be looked into. */
  steps: replaced(40),
  /** How long each takes at least (ms). */
  pace_ms: replaced(1000),
  /** Where to ask, as `GET <source>?topic=…&question=…`; without one it thinks for itself. */
  source: replaced(''),
  /** What a person added while it was paused, on this thread. */
  hints: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
  /** How many of those earlier reports have. */
  told: replaced(0),
  notes: replaced<string[]>([]),
  report: replaced(''),
});

type Values = typeof State.State;

const ask = async ({ source, topic, notes }: Values, signal: AbortSignal | undefined): Promise<string> => {
  const question = notes.length + 1;
  if (source === '') return `${topic}, question ${question}: noted.`;
  const url = new URL(source);
  url.searchParams.set('topic', topic);
  url.searchParams.set('question', String(question));
  const { response, body, cut } = await exchange({ url: url.href, method: 'GET' }, signal);
  const { statusCode: status = 0 } = response;
  if (status < 200 || status > 299) throw new Error(`the source answered ${status} to question ${question}`);
  if (cut) throw new Error(`the source answered too much to question ${question}`);
  return body.toString();
};

/** What an earlier research on this thread has found is in its report. */
const begin = (): Partial<Values> => ({ notes: [] });

/** One question: a step, with a checkpoint at its end. Stopped here, it goes on with the next question. */
const study = async (state: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const [note] = await Promise.all([
    ask(state, config.signal),
    pause(state.pace_ms, undefined, config.signal ? { signal: config.signal } : {}),
  ]);
  config.writer?.({ done: state.notes.length + 1, of: state.steps });
  return { notes: [...state.notes, note] };
};

const conclude = ({ topic, notes, hints, told }: Values): Partial<Values> => {
  const added = hints.slice(told).map((hint) => `- (${hint})`);
  return {
    report: [`# ${topic}`, '', ...notes.map((note) => `- ${note}`), ...added].join('\n'),
    told: hints.length,
  };
};

/** What a person says with a resume is kept beside the notes. */
export const onResume = ({ additionalContext }: { additionalContext?: string | null }): Partial<Values> =>
  additionalContext ? { hints: [additionalContext] } : {};

/** What a reader of the session log is shown. */
export const snapshot = ({ topic, notes, steps, hints }: Values) => ({
  task: topic,
  progress: `${notes.length} of ${steps} questions`,
  artifacts: notes.slice(-3),
  decisions: hints,
});

/** Forty slow steps, each resumable: a deploy, a crash or a pause costs the question in flight and no other. */
export const graph = new StateGraph(State)
  .addNode('begin', begin)
  .addNode('study', study)
  .addNode('conclude', conclude)
  .addEdge(START, 'begin')
  .addEdge('begin', 'study')
  .addConditionalEdges('study', ({ notes, steps }) => (notes.length < steps ? 'study' : 'conclude'), [
    'study',
    'conclude',
  ])
  .addEdge('conclude', END)
  .compile()
  .withConfig({ recursionLimit: 10_000 });
