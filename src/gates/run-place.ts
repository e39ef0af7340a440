import { getConfig, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { RunHandle } from '../model/run-handle.ts';
import { isObject } from './json.ts';

/** Where in a run the code is that asks. */
export interface RunPlace {
  config: LangGraphRunnableConfig;
  /** Undefined under plain LangGraph. */
  handle: RunHandle | undefined;
}

const isHandle = (value: unknown): value is RunHandle =>
  isObject(value) && typeof value['stopHere'] === 'function' && typeof value['arrived'] === 'function';

/** What LangGraph says of the node that runs now; nothing outside of a graph. */
const current = (): LangGraphRunnableConfig => {
  try {
    return getConfig() ?? {};
  } catch {
    return {};
  }
};

export const runPlace = (given: LangGraphRunnableConfig = {}): RunPlace => {
  const config = { ...given, ...current() };
  const configurable = { ...given.configurable, ...config.configurable };
  const handle: unknown = configurable['__holdpoint_run'];
  return { config: { ...config, configurable }, handle: isHandle(handle) ? handle : undefined };
};
