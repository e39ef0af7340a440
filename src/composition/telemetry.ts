import { tracingWanted } from '../config/tracing.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createTally, type Tally } from '../telemetry/tally.ts';
import { openTracing, type Tracing } from '../telemetry/tracing.ts';

const FLUSH_MS = 2000;

/** What this process counts and traces. */
export interface Telemetry {
  tally: Tally;
  /** Undefined where nobody listens. */
  tracing: Tracing | undefined;
  /** Puts what this process counted with what all others did; keeps it when that fails. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface TelemetryParts {
  storage: Pick<Storage, 'transaction'>;
  log: Logger;
  /** What kind of process this is. */
  process: string;
}

/**
 * Counts, and brings what was counted to where every API node reads it; what a killed process had not brought yet is
 * lost. Traces where the environment names a collector.
 */
export const openTelemetry = async ({ storage, log, process: kind }: TelemetryParts): Promise<Telemetry> => {
  const tally = createTally();
  const tracing = await openTracing(tracingWanted(process.env), { 'holdpoint.process': kind });
  const flush = async (): Promise<void> => {
    const lines = tally.take();
    if (lines.length === 0) return;
    try {
      await storage.transaction((ledger) => ledger.tallies.add(lines), { flush: false });
    } catch (error) {
      tally.putBack(lines);
      log.warn({ err: error }, 'what was counted cannot be stored yet');
    }
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  return {
    tally,
    tracing,
    flush,
    close: async () => {
      clearInterval(timer);
      await Promise.all([flush(), tracing?.close()]);
    },
  };
};
