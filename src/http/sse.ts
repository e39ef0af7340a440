import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { formatEventId } from '../model/run-event.ts';
import type { ObservedEvent } from '../lifecycle/read-events.ts';
import { SERVER_ENDS } from './ending.ts';
import { StreamReply } from './route.ts';

interface StreamOptions {
  heartbeatMs: number;
  headers?: Record<string, string>;
  /** Called when the client went away before the end: not when the server did. */
  onLeft?: () => void;
  /** For how long a reader may take nothing. */
  stalledMs?: number;
}

export interface SseOptions extends StreamOptions {
  events: (signal: AbortSignal) => AsyncIterable<ObservedEvent[]>;
  /** Whether an event goes to this reader. */
  wanted: (event: string) => boolean;
}

/** A run's events as server-sent events, each with its id. */
export const sse = ({ events, wanted, ...options }: SseOptions): StreamReply =>
  eventStream({
    ...options,
    pages: async function* (signal) {
      for await (const page of events(signal)) {
        yield page
          .filter(({ event }) => wanted(event))
          .map(format)
          .join('');
      }
    },
  });

/** Fields in the order the LangGraph server sends them. */
const format = ({ event, data, cursor }: ObservedEvent): string =>
  `event: ${event}\ndata: ${data}\nid: ${formatEventId(cursor)}\n\n`;

/**
 * A comment, with no blank line after it: the LangGraph SDK takes a blank line for the end of an event, whether
 * or not there was one.
 */
const HEARTBEAT = ': heartbeat\n';

/**
 * Pages of server-sent events. The next page is read only when the socket took the one before. A comment is sent
 * when nothing else was for a while, so that neither end takes silence for death.
 */
export const eventStream = ({
  pages,
  heartbeatMs,
  headers,
  onLeft,
  stalledMs = STALLED_MS,
}: StreamOptions & { pages: (signal: AbortSignal) => AsyncIterable<string> }): StreamReply =>
  new StreamReply(
    {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
      'X-Accel-Buffering': 'no',
      ...headers,
    },
    async (response, signal) => {
      const beat = keepAlive(response, { every: heartbeatMs, sign: HEARTBEAT });
      try {
        response.flushHeaders();
        for await (const text of pages(signal)) {
          if (text === '') continue;
          if (!response.write(text)) await drained(response, { signal, stalledMs });
          beat.refresh();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        beat.stop();
        if (hasLeft(signal)) onLeft?.();
      }
    },
  );

/** A reader that takes nothing for so long is given up: what it is sent fills the memory of this process. */
export const STALLED_MS = 120_000;

/** Whether the client went away, and not the server. */
export const hasLeft = ({ aborted, reason }: AbortSignal): boolean => aborted && reason !== SERVER_ENDS;

const drained = async (
  response: ServerResponse,
  { signal, stalledMs }: { signal: AbortSignal; stalledMs: number },
): Promise<void> => {
  const timer = setTimeout(() => response.destroy(), stalledMs);
  await once(response, 'drain', { signal }).finally(() => clearTimeout(timer));
};

/** Writes `sign` whenever nothing was written for a while. */
export const keepAlive = (response: ServerResponse, { every, sign }: { every: number; sign: string }) => {
  const timer = setInterval(() => {
    if (response.writableLength === 0) response.write(sign);
  }, every);
  return { refresh: (): void => void timer.refresh(), stop: () => clearInterval(timer) };
};
