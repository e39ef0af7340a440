import { tool } from '@langchain/core/tools';
import type { BaseStore, LangGraphRunnableConfig } from '@langchain/langgraph';
import { z } from 'zod';

const MOST_RECALLED = 10;
const LOOKED_AT = 1000;

const openStore = (config: LangGraphRunnableConfig): BaseStore => {
  if (config.store === undefined)
    throw new Error('there is no memory here: this server gives graphs no store. Go on without it');
  return config.store;
};

/** No two texts become the same: a label of the store may have no dot. */
const withoutDots = (text: string): string => text.replaceAll('%', '%25').replaceAll('.', '%2E');

/** The label of what is named so; `none` is that of all without a name, and never that of one who is called like it. */
const label = (name: unknown, none: string): string => {
  if (typeof name !== 'string' || name === '') return none;
  return name === none ? `%${name}` : withoutDots(name);
};

/** Each assistant remembers for itself, and for each user by itself where users are known. */
const namespaceOf = ({ configurable }: LangGraphRunnableConfig): string[] => {
  const { assistant_id: assistant, langgraph_auth_user_id: user } = (configurable ?? {}) as Record<
    string,
    unknown
  >;
  return ['memories', label(assistant, 'agent'), label(user, 'everybody')];
};

interface Memory {
  name: string;
  text: string;
}

export const remember = tool(
  async ({ name, text }, config: LangGraphRunnableConfig) => {
    const value: Memory = { name, text };
    await openStore(config).put(namespaceOf(config), name, { ...value });
    return `Remembered as "${name}".`;
  },
  {
    name: 'remember',
    description: 'Keep a fact for later conversations. The same name replaces what was kept under it.',
    schema: z.object({
      name: z.string().min(1).max(200).describe('A short name for it, for example "release day"'),
      text: z.string().min(1).max(20_000),
    }),
  },
);

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

const overlap = ({ name, text }: Memory, query: Set<string>): number =>
  [...words(`${name} ${text}`)].filter((word) => query.has(word)).length;

/** The store's own order when it searches by meaning, else by common words; the newest first where those are equal. */
const find = async (store: BaseStore, namespace: string[], query: string | undefined): Promise<Memory[]> => {
  const items = await store.search(namespace, {
    limit: LOOKED_AT,
    ...(query === undefined ? {} : { query }),
  });
  const memories = items.map(({ value }) => value as unknown as Memory);
  const byMeaning = items.some((item) => typeof item.score === 'number');
  if (query === undefined || byMeaning) return memories.slice(0, MOST_RECALLED);
  const wanted = words(query);
  return memories
    .map((memory) => ({ memory, score: overlap(memory, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_RECALLED)
    .map(({ memory }) => memory);
};

export const recall = tool(
  async ({ query }, config: LangGraphRunnableConfig) => {
    const found = await find(openStore(config), namespaceOf(config), query);
    return found.length === 0
      ? 'Nothing is remembered about it.'
      : found.map(({ name, text }) => `${name}: ${text}`).join('\n');
  },
  {
    name: 'recall',
    description: 'Look up what was remembered in earlier conversations.',
    schema: z.object({ query: z.string().optional().describe('What to look for; everything when left out') }),
  },
);
