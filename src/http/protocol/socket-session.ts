import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { ProtocolEvent } from '../../engine/protocol/protocol-event.ts';
import type { Told } from '../../lifecycle/subscribe-thread.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { Subscription } from '../../model/subscription.ts';
import { read, UnknownSubscription, type CommandAnswer } from './command-answers.ts';
import { SubscriptionBody, UnsubscribeParams } from './command-schemas.ts';
import type { OwnCommands } from './commands.ts';
import type { ProtocolDeps } from './deps.ts';
import { InOrder, type OrderedReader } from './in-order.ts';
import type { Entry } from './socket-door.ts';
import { visibleEvents } from './visible-events.ts';

/** Each reads the log for itself. */
const MOST_SUBSCRIPTIONS = 64;

interface SessionOptions {
  socket: WebSocket;
  entry: Entry;
  deps: Pick<ProtocolDeps, 'threads' | 'streams'>;
  signal: AbortSignal;
  /** For how long it may take nothing of what it is sent. */
  stalledMs: number;
}

/**
 * One connection: its subscriptions, each of which sends what it matches. Events that several of them match are sent for each,
 * and all in the order of their numbers: clients take what comes after the end of a run for the next one's.
 */
export interface SocketSession {
  commands: OwnCommands;
  /** Settles once the answer is taken, or nobody is there to take it. */
  answer(answer: CommandAnswer): Promise<void>;
}

export const createSocketSession = (options: SessionOptions): SocketSession => {
  const { socket, entry, deps, signal, stalledMs } = options;
  const heard = { threadId: entry.threadId, filters: entry.filters };
  const subscriptions = new Map<string, AbortController>();
  /** Subscriptions whose answer is not sent yet: their events come after it. */
  let begun: (() => void)[] = [];

  const send = (messages: object[]): Promise<void> => sendAll(socket, { messages, stalledMs });

  const inOrder = new InOrder(send);

  const subscribe = (subscription: Subscription): string => {
    const id = randomUUID();
    const leaving = new AbortController();
    subscriptions.set(id, leaving);
    begun.push(() => {
      // A log that cannot be read: the client comes back and asks for the rest.
      const told = visibleEvents(deps, { ...heard, subscription, signal: leaving.signal });
      readOut(told, inOrder.join(), leaving.signal).catch(() =>
        socket.close(1011, 'the events could not be read'),
      );
    });
    return id;
  };
  signal.addEventListener('abort', () => {
    for (const leaving of subscriptions.values()) leaving.abort();
  });
  return {
    commands: {
      'subscription.subscribe': async ({ params }) => {
        const { channels, namespaces, depth, since } = read(SubscriptionBody, params);
        if (subscriptions.size >= MOST_SUBSCRIPTIONS) {
          throw new HoldpointError(
            'invalid_request',
            `A connection may have ${MOST_SUBSCRIPTIONS} subscriptions: end one first.`,
          );
        }
        const subscription = {
          channels,
          namespaces: namespaces ?? undefined,
          depth: depth ?? undefined,
          since: since ?? undefined,
        };
        return { subscription_id: subscribe(subscription) };
      },
      'subscription.unsubscribe': async ({ params }) => {
        const { subscription_id: id } = read(UnsubscribeParams, params);
        const leaving = subscriptions.get(id);
        if (!leaving) throw new UnknownSubscription(id);
        leaving.abort();
        subscriptions.delete(id);
        return {};
      },
    },
    answer: (answer) => {
      const taken = send([answer]);
      for (const start of begun) start();
      begun = [];
      return taken;
    },
  };
};

/** Reads at the pace at which the socket takes it. */
const readOut = async (
  all: AsyncIterable<Told>,
  reader: OrderedReader<ProtocolEvent>,
  leaving: AbortSignal,
): Promise<void> => {
  leaving.addEventListener('abort', () => reader.leave());
  try {
    for await (const told of all) {
      if (leaving.aborted) return;
      await reader.give(told);
    }
  } finally {
    reader.leave();
  }
};

/** Settles once the socket took them all, or is gone: one that takes nothing for long is given up. */
const sendAll = (
  socket: WebSocket,
  { messages, stalledMs }: { messages: object[]; stalledMs: number },
): Promise<void> =>
  new Promise((resolve) => {
    if (messages.length === 0) return resolve();
    const stalled = setTimeout(() => socket.terminate(), stalledMs);
    let left = messages.length;
    const taken = (): void => {
      if (--left > 0) return;
      clearTimeout(stalled);
      resolve();
    };
    for (const message of messages) socket.send(JSON.stringify(message), taken);
  });
