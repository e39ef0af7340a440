import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Signal, SignalBus } from '../ports.ts';

interface SignalBusOptions {
  redis: Redis;
  onError: (error: unknown) => void;
}

export interface RedisSignalBus extends SignalBus {
  /** Resolves when signals of other processes are heard for the first time. */
  ready: Promise<unknown>;
  close(): Promise<void>;
}

interface Message {
  sender: string;
  signals: Signal[];
}

/** How often the listening connection is asked whether it is one. */
const PROBE_MS = 5000;

/** Signals by pub/sub, those of one turn in one message. Whenever it begins to hear, every subscriber is woken to look. */
export const createRedisSignalBus = ({ redis, onError }: SignalBusOptions): RedisSignalBus => {
  const sender = randomUUID();
  /** Channels are the same for all databases of a server. */
  const channel = `holdpoint:signals:${redis.options.db ?? 0}`;
  const listeners = new Set<(signal: Signal) => void>();
  const deliver = (signal: Signal): void => listeners.forEach((listener) => listener(signal));
  const listening = redis.duplicate({ lazyConnect: false, autoResubscribe: false });
  listening.on('error', onError);
  listening.on('message', (_channel: string, text: string) => {
    const message = JSON.parse(text) as Message;
    if (message.sender !== sender) message.signals.forEach(deliver);
  });
  const ready = new Promise<void>((resolve) => {
    const hear = async (): Promise<void> => {
      await listening.subscribe(channel);
      resolve();
      deliver({ kind: 'queue' });
      deliver({ kind: 'due' });
    };
    listening.on('ready', () => void hear().catch(() => listening.disconnect(true)));
  });
  const probe = setInterval(() => {
    if (listening.status === 'ready') listening.ping().catch(() => listening.disconnect(true));
  }, PROBE_MS);
  probe.unref();
  const outbox = createOutbox(
    (signals) => redis.publish(channel, JSON.stringify({ sender, signals })),
    onError,
  );
  return {
    ready,
    publish: (signal) => {
      deliver(signal);
      outbox.add(signal);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      clearInterval(probe);
      await outbox.close();
      listening.disconnect();
    },
  };
};

/** Gathers the signals of one turn, each once. */
const createOutbox = (send: (signals: Signal[]) => Promise<unknown>, onError: (error: unknown) => void) => {
  let waiting = new Map<string, Signal>();
  let sending = Promise.resolve();
  let closed = false;
  const flush = (): Promise<void> => {
    const signals = [...waiting.values()];
    waiting = new Map();
    if (signals.length > 0) sending = send(signals).then(() => {}, onError);
    return sending;
  };
  return {
    /** What is said later is said to nobody. */
    close: async (): Promise<void> => {
      closed = true;
      await flush();
    },
    add: (signal: Signal): void => {
      if (closed) return;
      if (waiting.size === 0) setImmediate(() => void flush());
      waiting.set(JSON.stringify(signal), signal);
    },
  };
};
