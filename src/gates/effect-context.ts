import { sha256 } from '@langchain/core/utils/hash';
import { getConfig, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { EffectBook } from '../model/effect.ts';
import { isObject } from './json.ts';

/** Where an effect is called from. */
export interface EffectPlace {
  threadId: string;
  checkpointNs: string;
  taskId: string;
  toolCallId: string | null;
  /** The ledger of the server; undefined under plain LangGraph. */
  book: EffectBook | undefined;
  config: LangGraphRunnableConfig;
  /** Which time the node is tried by its retry policy within this execution. */
  nodeAttempt: number;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const isBook = (value: unknown): value is EffectBook =>
  isObject(value) && typeof value['begin'] === 'function' && typeof value['settle'] === 'function';

const current = (): LangGraphRunnableConfig => {
  try {
    return getConfig() ?? {};
  } catch {
    return {}; // outside of a graph
  }
};

/** The place in the graph that runs now; `given` is the config of a tool, which alone knows its call. */
export const effectPlace = (given: LangGraphRunnableConfig = {}): EffectPlace => {
  const config = { ...given, ...current() };
  const configurable = { ...given.configurable, ...config.configurable };
  const call = (given as { toolCall?: { id?: unknown } }).toolCall;
  const book: unknown = configurable['__holdpoint_effects'];
  return {
    threadId: text(configurable['thread_id']),
    checkpointNs: text(configurable['checkpoint_ns']),
    taskId: text(configurable['__pregel_task_id']),
    toolCallId: text(call?.id) || null,
    book: isBook(book) ? book : undefined,
    config: { ...config, configurable },
    nodeAttempt: config.executionInfo?.nodeAttempt ?? 1,
  };
};

interface Counted {
  attempt: number;
  byWhat: Map<string, number>;
}

/** By the scratchpad, of which LangGraph makes one for each execution of a task. */
const counters = new WeakMap<object, Counted>();

/** How many effects that say the same this execution of the task has begun before. */
const ordinal = (what: string, { config, nodeAttempt }: EffectPlace): number => {
  const scratchpad: unknown = config.configurable?.['__pregel_scratchpad'];
  if (!isObject(scratchpad)) return 0;
  let counted = counters.get(scratchpad);
  if (counted?.attempt !== nodeAttempt) {
    counted = { attempt: nodeAttempt, byWhat: new Map() };
    counters.set(scratchpad, counted);
  }
  const before = counted.byWhat.get(what) ?? 0;
  counted.byWhat.set(what, before + 1);
  return before;
};

/** The same at every replay of the step, and another for every other effect. Outside of a graph a random one. */
export const derivedKey = (place: EffectPlace, name: string, args: unknown): string => {
  const { threadId, checkpointNs, taskId, toolCallId } = place;
  if (taskId === '') return sha256(crypto.randomUUID()).slice(0, 32);
  const what = JSON.stringify([threadId, checkpointNs, taskId, toolCallId, name, args ?? null]);
  return sha256(`${what}${ordinal(what, place)}`).slice(0, 32);
};
