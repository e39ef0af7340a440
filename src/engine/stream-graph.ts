import { isRecord } from '../model/json.ts';
import type { RunKwargs } from '../model/run.ts';
import type { Graph } from './graph-registry.ts';
import type { StreamChunk, WireEvent } from './stream-chunk.ts';
import { createStreamEvents, graphStreamModes } from './stream-events.ts';

interface StreamGraphInput {
  graph: Graph;
  input: unknown;
  config: { runId: string } & Record<string, unknown>;
  kwargs: RunKwargs;
  /** Hears of the root graph's values, whether or not they were asked for. */
  onValues: (values: unknown) => void;
  onEvent: (event: WireEvent) => void;
}

type AnyStream = (input: unknown, options: Record<string, unknown>) => Promise<AsyncIterable<unknown>>;

/** Runs the graph and reports what it streams, in order. Throws what the graph throws. */
export const streamGraph = async (job: StreamGraphInput): Promise<void> => {
  const { graph, kwargs } = job;
  const options = {
    ...job.config,
    streamMode: graphStreamModes(kwargs.stream_mode),
    subgraphs: kwargs.stream_subgraphs,
    ...(kwargs.interrupt_before !== null && { interruptBefore: kwargs.interrupt_before }),
    ...(kwargs.interrupt_after !== null && { interruptAfter: kwargs.interrupt_after }),
  };
  const toEvents = createStreamEvents(kwargs.stream_mode);
  const onChunk = (raw: unknown): void => {
    const chunk = readChunk(raw, kwargs.stream_subgraphs);
    if (chunk.mode === 'values' && chunk.ns.length === 0) job.onValues(chunk.payload);
    toEvents(chunk).forEach(job.onEvent);
  };
  if (kwargs.stream_mode.includes('events')) return streamWithEvents(job, options, onChunk);
  const stream = await (graph.stream as AnyStream).call(graph, job.input, options);
  for await (const chunk of stream) onChunk(chunk);
};

/** Stream mode `events`: LangChain's callback events, in which the root's chunks travel too. */
const streamWithEvents = async (
  { graph, input, config, onEvent }: StreamGraphInput,
  options: Record<string, unknown>,
  onChunk: (chunk: unknown) => void,
): Promise<void> => {
  const events = graph.streamEvents(input, { ...options, version: 'v2' }) as AsyncIterable<
    Record<string, unknown>
  >;
  for await (const event of events) {
    if (Array.isArray(event['tags']) && event['tags'].includes('langsmith:hidden')) continue;
    if (event['event'] === 'on_chain_stream' && event['run_id'] === config.runId) {
      if (isRecord(event['data'])) onChunk(event['data']['chunk']);
    } else {
      onEvent({ event: 'events', payload: event });
    }
  }
};

const readChunk = (raw: unknown, subgraphs: boolean): StreamChunk => {
  const [ns, mode, payload] = subgraphs
    ? (raw as [string[], string, unknown])
    : [[], ...(raw as [string, unknown])];
  return { ns, mode, payload };
};
