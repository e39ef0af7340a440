import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { formatEventId } from '../model/run-event.ts';
import type { ObservedEvent } from '../lifecycle/read-events.ts';
import { StreamReply } from './route.ts';

export interface SseOptions {
  events: (signal: AbortSignal) => AsyncIterable<ObservedEvent[]>;
  /** Whether an event goes to this reader. */
  wanted: (event: string) => boolean;
  heartbeatMs: number;
  headers?: Record<string, string>;
  /** Called when the client went away before the end. */
  onLeft?: () => void;
}

/**
 * A comment, with no blank line after it: the LangGraph SDK takes a blank line for the end of an event, whether
 * or not there was one.
 */
const HEARTBEAT = ': heartbeat\n';

/**
 * A run's events as server-sent events, each with its id. The next page is read only when the socket took the
 * one before. A comment is sent when nothing else was for a while, so that neither end takes silence for death.
 */
export const sse = (options: SseOptions): StreamReply =>
  new StreamReply(
    {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
      'X-Accel-Buffering': 'no',
      ...options.headers,
    },
    async (response, signal) => {
      const beat = keepAlive(response, { every: options.heartbeatMs, sign: HEARTBEAT });
      try {
        response.flushHeaders();
        await writeEvents({ response, signal, options, onWritten: beat.refresh });
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        beat.stop();
        if (signal.aborted) options.onLeft?.();
      }
    },
  );

interface Writing {
  response: ServerResponse;
  signal: AbortSignal;
  options: SseOptions;
  onWritten: () => void;
}

const writeEvents = async ({ response, signal, options, onWritten }: Writing): Promise<void> => {
  for await (const page of options.events(signal)) {
    const text = page
      .filter(({ event }) => options.wanted(event))
      .map(format)
      .join('');
    if (text === '') continue;
    if (!response.write(text)) await once(response, 'drain', { signal });
    onWritten();
  }
};

/** Fields in the order the LangGraph server sends them. */
const format = ({ event, data, cursor }: ObservedEvent): string =>
  `event: ${event}\ndata: ${data}\nid: ${formatEventId(cursor)}\n\n`;

/** Writes `sign` whenever nothing was written for a while. */
export const keepAlive = (response: ServerResponse, { every, sign }: { every: number; sign: string }) => {
  const timer = setInterval(() => {
    if (response.writableLength === 0) response.write(sign);
  }, every);
  return { refresh: (): void => void timer.refresh(), stop: () => clearInterval(timer) };
};
