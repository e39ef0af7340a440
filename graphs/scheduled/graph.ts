import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  /** What happened since the last time, as who launches it knows. */
  entries: Annotation<string[]>({ reducer: (_, next) => next, default: () => [] }),
  /** Entries the store has for this digest, by whoever put them there. */
  found: Annotation<string[]>({ reducer: (_, next) => next, default: () => [] }),
  /** Which those were. */
  taken: Annotation<{ key: string; text: string }[]>({ reducer: (_, next) => next, default: () => [] }),
  digest: Annotation<string>({ reducer: (_, next) => next, default: () => '' }),
  /** How many digests there were before, on this thread. */
  issue: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
});

type Values = typeof State.State;

/** Where others leave what is to be in the digest: store items with a `text`. */
const NAMESPACE = ['digest', 'entries'];

const MOST_ENTRIES = 1000;

const collect = async ({ entries }: Values, { store }: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const items = (await store?.search(NAMESPACE, { limit: MOST_ENTRIES })) ?? [];
  const taken = items
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .map(({ key, value }) => ({ key, text: String(value['text']) }));
  return { found: [...entries, ...taken.map(({ text }) => text)], taken };
};

const write = ({ found, issue }: Values): Partial<Values> => {
  const lines = found.length === 0 ? ['Nothing happened.'] : found.map((entry) => `- ${entry}`);
  return { digest: [`# Digest ${issue + 1}`, '', ...lines].join('\n'), issue: issue + 1, entries: [] };
};

/** What is in the digest is taken off the list, and nothing that was put there since. This step may be repeated. */
const clear = async ({ taken }: Values, { store }: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  for (const { key, text } of taken) {
    const item = await store?.get(NAMESPACE, key);
    if (item && String(item.value['text']) === text) await store?.delete(NAMESPACE, key);
  }
  return {};
};

/** A digest of what has gathered since the last one. Made to be launched by a cron. */
export const graph = new StateGraph(State)
  .addNode('collect', collect)
  .addNode('write', write)
  .addNode('clear', clear)
  .addEdge(START, 'collect')
  .addEdge('collect', 'write')
  .addEdge('write', 'clear')
  .addEdge('clear', END)
  .compile();
