import { Annotation } from '@langchain/langgraph';

/** A channel that keeps the last value written. */
export const last = <T>(initial: T) =>
  Annotation<T>({ reducer: (_before, after) => after, default: () => initial });

/** A channel that gathers what is written, in order. */
export const gathered = <T>() =>
  Annotation<T[], T | T[]>({ reducer: (before, after) => before.concat(after), default: () => [] });

/** A channel that merges records. */
export const merged = () =>
  Annotation<Record<string, unknown>>({
    reducer: (before, after) => ({ ...before, ...after }),
    default: () => ({}),
  });
