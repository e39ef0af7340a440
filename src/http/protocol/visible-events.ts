import type { Told } from '../../lifecycle/subscribe-thread.ts';
import { passesFilters, type AuthFilters } from '../../model/auth-filter.ts';
import { threadNotFound } from '../../model/not-found.ts';
import type { Subscription } from '../../model/subscription.ts';
import type { ProtocolDeps } from './deps.ts';

interface VisibleInput {
  threadId: string;
  subscription: Subscription;
  filters: AuthFilters | undefined;
  signal: AbortSignal;
}

/**
 * The events of a thread for one who may see it. One may listen before it is there: whose it is, is looked at when it
 * says something.
 * @throws {HoldpointError} `thread_not_found` when it became somebody else's.
 */
export const visibleEvents = async function* (
  { threads, streams }: Pick<ProtocolDeps, 'threads' | 'streams'>,
  { filters, ...input }: VisibleInput,
): AsyncGenerator<Told> {
  let theirs = filters === undefined;
  for await (const told of streams.subscribe(input)) {
    if (!theirs && told.events.length > 0) {
      const { thread } = await threads.get(input.threadId);
      if (!passesFilters(thread.metadata, filters ?? {})) throw threadNotFound(input.threadId);
      theirs = true;
    }
    yield told;
  }
};
