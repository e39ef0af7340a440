import { valuesIn } from './checkpoint-values.ts';
import type { Run } from '../model/run.ts';
import { showInterrupts, type ShowQuestion } from '../model/shown-questions.ts';
import type { Storage } from '../storage/ports.ts';

/**
 * What `wait` and `join` answer: the state's values as this run left them, as JSON text, and, when it stopped with
 * a question that still waits, the questions under `__interrupt__`.
 */
export const createRunResult = ({
  storage,
  showQuestion = (value) => value,
}: {
  storage: Storage;
  showQuestion?: ShowQuestion;
}) => {
  return async (run: Run): Promise<string> => {
    const last = await storage.threads.values(run.threadId);
    if (last?.runId !== run.runId) return (await valuesLeftBy(storage, run)) ?? last?.values ?? 'null';
    if (run.state !== 'interrupted') return last.values;
    const thread = await storage.threads.get(run.threadId);
    const interrupts = Object.values(showInterrupts(showQuestion, thread?.interrupts ?? {})).flat();
    return JSON.stringify({ ...(JSON.parse(last.values) as object | null), __interrupt__: interrupts });
  };
};

/** The thread has moved on: the run's own last checkpoint has its values, among the graph's own channels. */
const valuesLeftBy = async (
  { checkpoints }: Storage,
  { threadId, runId }: Run,
): Promise<string | undefined> => {
  const at = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
  for await (const { checkpoint } of checkpoints.reader.list(at, { filter: { run_id: runId }, limit: 1 })) {
    return valuesIn(checkpoint);
  }
  return undefined;
};
