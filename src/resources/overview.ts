import { isRecord } from '../model/json.ts';
import type { OverviewCounts, OverviewQuery, OverviewRow } from '../model/overview.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Page, Storage } from '../storage/ports.ts';

/** Longer texts are cut for a row of a table. */
const SHORT = 280;

/** What a waiting question wants, in short. */
export interface Wanted {
  /** The tool it wants to call; null for a plain question. */
  tool: string | null;
  /** Its arguments as JSON, or what is asked. */
  text: string;
}

export interface ThreadCard extends OverviewRow {
  /** Of the latest checkpoint; null before the first. */
  step: number | null;
  wants: Wanted[];
  /** The last message of its state, in short, where it has messages. */
  said: { by: string; text: string } | null;
}

export interface Overview {
  counts(): Promise<OverviewCounts>;
  threads(query: OverviewQuery): Promise<Page<ThreadCard>>;
}

/** All threads as an operator looks at them. */
export const createOverview = ({ storage }: { storage: Storage }): Overview => ({
  counts: () => storage.overview.counts(),
  threads: async (query) => {
    const { items, total } = await storage.overview.threads(query);
    const steps = await storage.checkpoints.steps(items.map(({ threadId }) => threadId));
    return {
      total,
      items: items.map((row) => ({
        ...row,
        step: steps.get(row.threadId) ?? null,
        wants: Object.values(row.interrupts)
          .flat()
          .flatMap(({ value }) => wanted(value)),
        said: row.values === null ? null : lastMessage(JSON.parse(row.values)),
      })),
    };
  },
});

const wanted = (question: unknown): Wanted[] => {
  const { calls, description } = readQuestion(question);
  if (calls.length > 0) return calls.map(({ name, args }) => ({ tool: name, text: short(json(args)) }));
  return [{ tool: null, text: short(description ?? json(question)) }];
};

const lastMessage = (values: unknown): ThreadCard['said'] => {
  const messages = isRecord(values) && Array.isArray(values['messages']) ? values['messages'] : [];
  for (const message of messages.toReversed() as unknown[]) {
    const text = isRecord(message) ? textOf(message['content']) : '';
    if (isRecord(message) && text !== '')
      return { by: typeof message['type'] === 'string' ? message['type'] : '', text: short(text) };
  }
  return null;
};

/** The text of a message's content, which may be in blocks. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content.trim();
  if (!Array.isArray(content)) return '';
  return content
    .map((block: unknown) => (isRecord(block) && typeof block['text'] === 'string' ? block['text'] : ''))
    .join(' ')
    .trim();
};

const json = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)) ?? '';

const short = (text: string): string => (text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text);
