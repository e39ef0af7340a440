import type { BuiltWith } from '../engine/graph-reads.ts';
import type { ThreadNow } from '../engine/thread-now.ts';
import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { threadNotFound } from '../model/not-found.ts';
import { newThread, PARENT, type Thread } from '../model/thread.ts';
import { removeMarked } from './delete-thread.ts';
import type { LifecycleDeps } from './deps.ts';
import { defaultTtl } from './thread-ttl.ts';

/** A copy that is not whole after so long was left half done. */
const COPIED_WITHIN_MS = 10 * 60_000;

/**
 * Makes a thread with the same graph, metadata and checkpoints as another, questions included; runs and their events
 * stay where they are, and a thread that launched the other is told nothing of the copy. A thread that is at work is
 * copied as of its latest checkpoint. The copy is not to be seen before it is whole.
 * @throws {HoldpointError} `thread_not_found`; `storage_unavailable` when it took so long that it was taken for one that
 * a crash left half done.
 */
export const createCopyThread = (
  deps: LifecycleDeps & {
    readThread: (input: { threadId: string } & BuiltWith) => Promise<ThreadNow>;
  },
) => {
  return async (threadId: string): Promise<string> => {
    const { storage, clock, newId } = deps;
    const source = await storage.threads.get(threadId);
    if (!source) throw threadNotFound(threadId);
    const to = newId();
    const blank = newThread({ threadId: to, metadata: ofNobody(source.metadata), at: isoTime(clock) });
    await storage.transaction(async (ledger) => {
      await ledger.threads.insert({
        ...blank,
        graphId: source.graphId,
        config: source.config,
        ttl: defaultTtl(deps),
        updatedAt: new Date(clock.now() + COPIED_WITHIN_MS).toISOString(),
      });
      await ledger.threads.markDeleted(to); // a crash from here on leaves what is removed after that time
    });
    const now = await fill(deps, source, to);
    await storage.transaction(async (ledger) => {
      if (!(await ledger.threads.unmark(to))) throw removedMeanwhile(threadId);
      const updatedAt = isoTime(clock);
      await ledger.threads.patch(to, { updatedAt });
      if (!now) return;
      const status = now.hasNext ? 'interrupted' : source.status === 'error' ? 'error' : 'idle';
      await ledger.threads.patch(to, { interrupts: now.interrupts, status, updatedAt });
      await ledger.threads.putValues(to, { runId: null, values: now.values });
      await ledger.log.append({
        threadId: to,
        runId: null,
        at: isoTime(clock),
        actor: 'system',
        kind: 'copy',
        from: null,
        to: null,
        detail: { thread_id: threadId },
      });
    });
    return to;
  };
};

/** Nobody launched a copy, so that nobody waits for it, pauses it with itself or is told of it. */
const ofNobody = (metadata: JsonObject): JsonObject => {
  const { [PARENT]: _, ...own } = metadata;
  return own;
};

const removedMeanwhile = (threadId: string): HoldpointError =>
  new HoldpointError(
    'storage_unavailable',
    `Thread ${threadId} took so long to copy that the copy was given up. Try again.`,
    { details: { thread_id: threadId } },
  );

type CopyDeps = Parameters<typeof createCopyThread>[0];

const fill = async (deps: CopyDeps, source: Thread, to: string): Promise<ThreadNow | undefined> => {
  try {
    await deps.storage.checkpoints.copyThread({ from: source.threadId, to });
    return await shownBy(deps, source, to);
  } catch (error) {
    await removeMarked(deps, to);
    throw error;
  }
};

/** What the copy shows; nothing where nothing ever ran. */
const shownBy = async (
  { storage, readThread }: CopyDeps,
  { graphId, config }: Thread,
  threadId: string,
): Promise<ThreadNow | undefined> => {
  const at = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
  if (graphId === null || !(await storage.checkpoints.reader.getTuple(at))) return undefined;
  return readThread({ threadId, graphId, config: { configurable: config.configurable ?? {} } });
};
