import type { FollowThread, ThreadNews } from '../../lifecycle/follow-thread.ts';
import type { AgentTree, Told } from '../../lifecycle/subscribe-thread.ts';
import type { EventCursor } from '../../model/run-event.ts';
import type { Subscription } from '../../model/subscription.ts';
import type { PlatformDeps } from '../platform/deps.ts';

/** The use-cases of protocol v2 and of the stream of a thread. */
export interface ThreadStreams {
  /** Events of a thread in protocol v2. */
  subscribe(input: {
    threadId: string;
    subscription: Subscription;
    signal: AbortSignal;
  }): AsyncIterable<Told>;
  /** The assistant whose graph waits for the answer to this question; undefined where it is not known. */
  askedBy(threadId: string, interruptId: string): Promise<string | undefined>;
  agentTree(threadId: string): Promise<AgentTree | undefined>;
  /** The number of the thread's newest event. */
  position(threadId: string): Promise<number>;
  /** The thread's log as it is, over all runs. */
  follow(input: FollowThread): AsyncIterable<ThreadNews>;
  /** After the newest event. */
  end(threadId: string): Promise<EventCursor>;
}

export interface ProtocolDeps extends PlatformDeps {
  streams: ThreadStreams;
}
