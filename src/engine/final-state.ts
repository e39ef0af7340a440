import { questionIds } from '../model/questions.ts';
import { encodeState } from '../model/state-json.ts';
import type { Interrupts } from '../model/thread.ts';
import type { CheckpointWriter } from '../storage/checkpoints.ts';
import type { Graph } from './graph-registry.ts';
import { isDone } from './is-done.ts';
import { dropRefusedCommand } from './latest-state.ts';
import { isOfStorage, type RunOutcome } from './outcome.ts';
import { waitingQuestions } from './questions.ts';
import { readThreadNow } from './thread-now.ts';

/** How an attempt leaves its thread. */
export interface FinalState {
  /** The state's values as JSON text; null when no checkpoint could be read. */
  values: string | null;
  interrupts: Interrupts;
  /** Whether the graph has steps left. */
  hasNext: boolean;
}

export const NOTHING_READ: FinalState = { values: null, interrupts: {}, hasNext: false };

/** What is read back depends on how the attempt ended: most ends are known from what was streamed alone. */
export const readFinalState = async (
  outcome: RunOutcome,
  left: {
    saver: CheckpointWriter;
    threadId: string;
    /** The last that were streamed. */
    values: unknown;
    graph: () => Promise<Graph>;
  },
): Promise<FinalState> => {
  const { saver, threadId, values } = left;
  if (outcome.kind === 'finished') return { values: encodeState(values), interrupts: {}, hasNext: false };
  if (outcome.kind === 'interrupted') {
    const latest = await saver.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
    const interrupts = waitingQuestions(latest);
    if (questionIds(interrupts).length > 0) return { values: encodeState(values), interrupts, hasNext: true };
  }
  const graph = await left.graph();
  if (outcome.kind === 'failed') await isDone(dropRefusedCommand(graph, saver, threadId));
  return readThreadNow(graph, saver, threadId);
};

/** What an attempt that ended so has left on its thread, and there alone. */
const KEPT_THERE: ReadonlySet<RunOutcome['kind']> = new Set(['interrupted', 'drained', 'waiting']);

/**
 * What was read back, and what the attempt came to then. A question or a boundary that storage cannot show now must
 * not be lost: the attempt is to be taken up again.
 */
export const orStorageLost = async (
  outcome: RunOutcome,
  reading: Promise<FinalState>,
): Promise<{ outcome: RunOutcome; state: FinalState }> => {
  try {
    return { outcome, state: await reading };
  } catch (error) {
    const lost = KEPT_THERE.has(outcome.kind) && isOfStorage(error);
    return { outcome: lost ? { kind: 'aborted', reason: 'storage' } : outcome, state: NOTHING_READ };
  }
};
