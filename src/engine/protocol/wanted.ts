import { matchesSubscription } from '@langchain/langgraph/stream';
import type { Subscription } from '../../model/subscription.ts';
import type { ProtocolEvent } from './protocol-event.ts';

/** Whether a subscriber wants an event: by its channel, its namespace, its depth and its number. */
export const isWanted = (event: ProtocolEvent, subscription: Subscription): boolean =>
  matchesSubscription(
    event as Parameters<typeof matchesSubscription>[0],
    subscription as Parameters<typeof matchesSubscription>[1],
  );
