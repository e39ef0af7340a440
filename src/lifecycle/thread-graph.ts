import type { Assistant } from '../model/assistant.ts';
import type { Thread } from '../model/thread.ts';
import type { Ledger, ThreadPatch } from '../storage/ports.ts';

type Shown = Pick<Thread, 'graphId' | 'metadata'>;
type Reader = Pick<Assistant, 'graphId' | 'assistantId'>;

/** Has a thread read and edited by this assistant and its graph. */
export const readBy = (
  { metadata }: Shown,
  { graphId, assistantId }: Reader,
): Pick<ThreadPatch, 'graphId' | 'metadata' | 'metadataBefore'> => ({
  graphId,
  metadata: { ...metadata, graph_id: graphId, assistant_id: assistantId },
  metadataBefore: metadata,
});

/**
 * A thread is read and edited by the assistant whose run began on it last: one that is still to begin, or was
 * cancelled before, has written nothing there. To be called while the thread is held; `seen` may be older.
 */
export const beginsOn = async (
  ledger: Ledger,
  { threadId, seen, assistant, at }: { threadId: string; seen: Shown; assistant: Reader; at: string },
): Promise<void> => {
  const { graphId, assistantId } = assistant;
  const { graph_id, assistant_id } = seen.metadata;
  if (seen.graphId === graphId && graph_id === graphId && assistant_id === assistantId) return;
  const thread = await ledger.threads.get(threadId);
  if (thread) await ledger.threads.patch(threadId, { ...readBy(thread, assistant), updatedAt: at });
};
