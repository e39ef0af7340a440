import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';

/**
 * What `wait` and `join` answer: the thread's values as JSON text and, when the run stopped with a question,
 * the questions under `__interrupt__`.
 */
export const createRunResult = ({ storage }: { storage: Storage }) => {
  return async (run: Run): Promise<string> => {
    const values = (await storage.threads.values(run.threadId))?.values ?? 'null';
    if (run.state !== 'interrupted') return values;
    const thread = await storage.threads.get(run.threadId);
    const interrupts = Object.values(thread?.interrupts ?? {}).flat();
    const state = JSON.parse(values) as unknown;
    return JSON.stringify({ ...(state as object | null), __interrupt__: interrupts });
  };
};
