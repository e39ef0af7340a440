import type { SignalBus } from '../storage/ports.ts';

/** How often it is said again: an attempt that has begun since has not heard of it. */
const AGAIN_MS = 1000;

/**
 * Tells whoever executes a run of the thread that its events are read as they come, at most once a second however many
 * read them. To be called by a reader that has read all there is of what a worker has. A lost signal costs the reader
 * time, never an event.
 */
export const createTellFollowed = (signals: SignalBus) => {
  const told = new Set<string>();
  return (threadId: string): void => {
    if (told.has(threadId)) return;
    told.add(threadId);
    setTimeout(() => told.delete(threadId), AGAIN_MS).unref();
    signals.publish({ kind: 'followed', threadId });
  };
};
