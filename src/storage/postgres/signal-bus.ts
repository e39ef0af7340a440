import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Signal, SignalBus } from '../ports.ts';
import { newClient } from './pool.ts';

/** What everybody hears. */
const ORDERS = 'holdpoint';
/** What only those hear who follow threads: most of all that is said. */
const NEWS = 'holdpoint_news';
/** Postgres takes up to 8000 bytes. */
const MAX_PAYLOAD = 7000;
/** Events of running graphs come in thousands; each NOTIFY takes a lock that all commits share. */
const EVENTS_WAIT_MS = 10;
/** That a run was taken is of interest to who watches the console, and soon followed by more. */
const CLAIMED_WAIT_MS = 50;
const RECONNECT_MS = 500;
/** How often the listening connection is asked whether it is one. */
const PROBE_MS = 5000;

interface SignalBusOptions {
  pool: pg.Pool;
  /** A session of its own: LISTEN does not work through a pooler that lends connections per transaction. */
  sessionUrl: string;
  /** Whether anybody in this process follows threads. */
  follows: boolean;
  /** Names this process, which hears its own signals directly. */
  sender: string;
  onError: (error: unknown) => void;
}

interface Message {
  sender: string;
  signals: Signal[];
}

export interface PostgresSignalBus extends SignalBus {
  /** Resolves when signals of other processes are heard. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Signals by LISTEN and NOTIFY, gathered into one message. After a lost connection the queue and what comes due are looked
 * at; who follows a thread looks at it every second, whatever it hears.
 */
export const createPostgresSignalBus = ({
  pool,
  sessionUrl,
  follows,
  sender,
  onError,
}: SignalBusOptions): PostgresSignalBus => {
  const listeners = new Set<(signal: Signal) => void>();
  const deliver = (signal: Signal): void => listeners.forEach((listener) => listener(signal));
  const outbox = createOutbox((signals) => notify(pool, { sender, signals }).catch(onError));
  const listening = listen({
    url: sessionUrl,
    channels: follows ? [ORDERS, NEWS] : [ORDERS],
    onError,
    onMessage: (message) => {
      if (message.sender !== sender) message.signals.forEach(deliver);
    },
    onReconnected: () => {
      deliver({ kind: 'queue' });
      deliver({ kind: 'due' });
    },
  });
  return {
    ready: listening.ready,
    publish: (signal) => {
      deliver(signal);
      outbox.add(signal);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await outbox.close();
      await listening.close();
    },
  };
};

/** News that goes with an order goes where all hear it: each NOTIFY wakes every process that listens to anything. */
const notify = async (pool: pg.Pool, message: Message): Promise<void> => {
  const channel = message.signals.every(isNews) ? NEWS : ORDERS;
  await pool.query({
    name: 'notify',
    text: 'SELECT pg_notify($1, $2)',
    values: [channel, JSON.stringify(message)],
  });
};

const isNews = ({ kind }: Signal): boolean => kind === 'events' || kind === 'thread';

/** How long a signal may wait for others to go with. */
const waitOf = (signal: Signal): number => {
  if (signal.kind === 'events' || signal.kind === 'followed') return EVENTS_WAIT_MS;
  return signal.kind === 'thread' && signal.claimed ? CLAIMED_WAIT_MS : 0;
};

/** Gathers signals, each once: those that somebody waits for go out at the end of the turn. */
const createOutbox = (send: (signals: Signal[]) => Promise<unknown>) => {
  let waiting = new Map<string, Signal>();
  let timer: NodeJS.Timeout | undefined;
  /** When the timer goes off. */
  let due = Infinity;
  let closed = false;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    due = Infinity;
    const signals = [...waiting.values()];
    waiting = new Map();
    await Promise.all(inParts(signals).map(send));
  };
  return {
    /** What is said later is said to nobody. */
    close: async (): Promise<void> => {
      closed = true;
      await flush();
    },
    add: (signal: Signal): void => {
      if (closed) return;
      waiting.set(JSON.stringify(signal), signal);
      const wait = waitOf(signal);
      if (performance.now() + wait >= due) return;
      clearTimeout(timer);
      due = performance.now() + wait;
      timer = setTimeout(() => void flush(), wait);
    },
  };
};

const inParts = (signals: Signal[]): Signal[][] => {
  const parts: Signal[][] = [];
  let size = Infinity;
  for (const signal of signals) {
    const length = JSON.stringify(signal).length + 1;
    if (size + length > MAX_PAYLOAD) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(signal);
    size += length;
  }
  return parts;
};

interface Listening {
  url: string;
  channels: string[];
  onMessage: (message: Message) => void;
  onReconnected: () => void;
  onError: (error: unknown) => void;
}

/** Keeps one listening connection, and makes another when it breaks. */
const listen = ({ url, channels, onMessage, onReconnected, onError }: Listening) => {
  let client: pg.Client | undefined;
  let closed = false;
  const connect = async (): Promise<pg.Client> => {
    const next = newClient(url);
    next.on('notification', ({ payload }) => onMessage(JSON.parse(payload ?? 'null') as Message));
    next.on('error', onError);
    try {
      await next.connect();
      await next.query(channels.map((channel) => `LISTEN ${channel}`).join('; '));
      return next;
    } catch (error) {
      next.end().catch(onError);
      throw error;
    }
  };
  const report = (error: unknown): undefined => {
    onError(error);
  };
  const keep = async (): Promise<void> => {
    while (!closed) {
      if (client) await untilBroken(client, onError);
      client?.end().catch(onError);
      client = undefined;
      await sleep(RECONNECT_MS, undefined, { ref: false });
      if (!closed) client = await connect().catch(report);
      if (client && !closed) onReconnected();
    }
    client?.end().catch(onError);
  };
  const ready = connect().then((first) => {
    client = first;
    void keep();
  });
  return {
    ready,
    close: async (): Promise<void> => {
      closed = true;
      await client?.end();
    },
  };
};

/** A connection that broke silently hears nothing and says nothing: it has to be asked. */
const untilBroken = async (client: pg.Client, onError: (error: unknown) => void): Promise<void> => {
  let probe: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const broke = (error: unknown): void => {
      onError(error);
      resolve();
    };
    client.once('end', resolve);
    probe = setInterval(() => void client.query('SELECT 1').catch(broke), PROBE_MS).unref();
  });
  clearInterval(probe);
};
