import { ServerRefusal } from './errors.ts';
import { progressOf, type Progress } from './progress.ts';

interface StreamPart {
  id?: string | undefined;
  event: string;
  data: unknown;
}

export interface Followed {
  /** The run's stream after an event; from its beginning without one. */
  open: (lastEventId: string | undefined) => AsyncIterable<StreamPart>;
  isAtRest: () => Promise<boolean>;
  signal?: AbortSignal | undefined;
}

/** How often in a row a lost connection is tried again, and how long after. */
const RECONNECT = { times: 30, afterMs: 1000 };

/** What a proxy answers whose server starts anew, or a server that ends or has too much to do: it passes. */
const PASSING = new Set([429, 502, 503, 504]);

const isFinal = (error: unknown): boolean => error instanceof ServerRefusal && !PASSING.has(error.status);

/** The progress of a run until it is at rest or `signal` aborts. A lost connection is taken up where it broke off. */
export async function* followRun({ open, isAtRest, signal }: Followed): AsyncGenerator<Progress> {
  const left = (): boolean => signal?.aborted === true;
  let lastEventId: string | undefined;
  for (let failures = 0; !left();) {
    try {
      for await (const part of open(lastEventId)) {
        failures = 0;
        lastEventId = part.id ?? lastEventId;
        yield* progressOf(part);
      }
      if (left() || (await isAtRest())) return;
    } catch (error) {
      if (left()) return;
      if (isFinal(error) || ++failures > RECONNECT.times) throw error;
    }
    await pause(RECONNECT.afterMs, signal);
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
