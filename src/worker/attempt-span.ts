import type { AttemptResult } from '../engine/executor.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import { failureIn } from '../engine/outcome.ts';
import type { Span, Tracing } from '../telemetry/tracing.ts';

/**
 * Traces one attempt of a run: how long the run waited in the queue, and from its claim to its end. `execute` gets the
 * run with the place of its steps in the trace.
 */
export const traceAttempt = async (
  tracing: Tracing | undefined,
  { claimed, worker }: { claimed: ClaimedRun; worker: string },
  execute: (claimed: ClaimedRun) => Promise<AttemptResult>,
): Promise<AttemptResult> => {
  if (!tracing) return execute(claimed);
  const span = begin(tracing, claimed, worker);
  const result = await tracing.within(span, () => execute({ ...claimed, traceparent: span.traceparent }));
  span.set({ 'holdpoint.outcome': result.outcome.kind });
  const failure = failureIn(result.outcome);
  span.end(failure ? new Error(failure.message) : undefined);
  return result;
};

const begin = (tracing: Tracing, { run, graphId, waitedMs = 0 }: ClaimedRun, worker: string): Span => {
  const attributes = {
    'holdpoint.run_id': run.runId,
    'holdpoint.thread_id': run.threadId,
    'holdpoint.assistant_id': run.assistantId,
    'holdpoint.graph_id': graphId,
    'holdpoint.attempt': run.attempt,
  };
  const at = Date.now() - Math.max(0, waitedMs);
  const queue = tracing.start({
    name: 'queue',
    kind: 'internal',
    parent: run.kwargs.traceparent,
    at,
    attributes,
  });
  queue.end();
  return tracing.start({
    name: `run ${graphId}`,
    kind: 'consumer',
    parent: queue.traceparent,
    attributes: { ...attributes, 'holdpoint.worker_id': worker },
  });
};
