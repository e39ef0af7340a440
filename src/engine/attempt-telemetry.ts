import type { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { CheckpointPut } from '../storage/checkpoints.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { ClaimedRun } from './run-config.ts';
import { StepSpans } from './step-spans.ts';

/** What is measured of one attempt. */
export interface AttemptTelemetry {
  callbacks: BaseCallbackHandler[];
  /** A checkpoint of the root graph is stored. */
  stored(put: CheckpointPut): void;
  /** Events can be read, of which the oldest happened so long ago. */
  wrote(lagMs: number): void;
}

export const measureAttempt = (
  { tally, tracing }: { tally?: Tally | undefined; tracing?: Tracing | undefined },
  { run, graphId, traceparent }: ClaimedRun,
): AttemptTelemetry => {
  let since = performance.now();
  const attributes = { 'holdpoint.run_id': run.runId };
  return {
    callbacks: tracing ? [new StepSpans({ tracing, parent: traceparent, attributes })] : [],
    stored: ({ source }) => {
      const now = performance.now();
      if (source === 'loop') tally?.time('step', now - since, { graph: graphId });
      since = now;
    },
    wrote: (lagMs) => tally?.time('eventLag', lagMs),
  };
};
