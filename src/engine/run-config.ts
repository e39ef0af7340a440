import type { Assistant, RunConfig } from '../model/assistant.ts';
import type { Lease } from '../model/lease.ts';
import { isRecord, type JsonObject } from '../model/json.ts';
import type { CodeOrigin } from '../model/pause.ts';
import { writeRanWith } from '../model/ran-with.ts';
import type { Run } from '../model/run.ts';

/** A run that a worker holds, with what it needs to be executed. */
export interface ClaimedRun {
  run: Run;
  assistant: Assistant;
  graphId: string;
  lease: Lease;
  /** Others of its assistant may wait for it to end. */
  limited?: boolean;
  /** How long it had waited to be claimed. */
  waitedMs?: number;
  /** Of what its steps are part, where it is traced. */
  traceparent?: string;
}

/** The run's configuration: what the assistant says, overridden by what the run says. */
export const mergeConfig = (assistant: RunConfig, run: RunConfig): RunConfig => ({
  ...assistant,
  ...run,
  tags: [...new Set([...(assistant.tags ?? []), ...(run.tags ?? [])])],
  configurable: { ...ownKeys(assistant.configurable), ...run.configurable },
  metadata: { ...recordOr(assistant['metadata']), ...recordOr(run['metadata']) },
});

/** An assistant says neither who asks nor where a run begins, nor what LangGraph tells itself. */
const ownKeys = (configurable: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(configurable).filter(
      ([key]) => !/^(__|langgraph_auth_|checkpoint_(id|ns|map)$|thread_id$|run_id$)/.test(key),
    ),
  );

/** The context of the graph: entry by entry as above where both are objects, else the run's where it has one. */
export const mergeContext = (assistant: unknown, run: unknown): unknown =>
  isRecord(assistant) && isRecord(run) ? { ...assistant, ...run } : (run ?? assistant);

const recordOr = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** What identifies the run to the graph, in `configurable`. */
export const runIdentity = ({ run, graphId }: ClaimedRun): Record<string, unknown> => ({
  thread_id: run.threadId,
  run_id: run.runId,
  assistant_id: run.assistantId,
  graph_id: graphId,
});

/** What each checkpoint of the run says in its metadata: the caller's, the scalar configuration and the run. */
export const checkpointMetadata = (claimed: ClaimedRun, config: RunConfig): Record<string, unknown> => ({
  ...scalars(config.configurable),
  ...recordOr(config['metadata']),
  ...claimed.run.metadata,
  ...runIdentity(claimed),
  run_attempt: claimed.run.attempt,
});

/** The same once the graph is there: with what the attempt is run. */
export const ranWith = ({ assistant }: ClaimedRun, { code }: { code: CodeOrigin }): JsonObject =>
  writeRanWith({ code, assistantVersion: assistant.version });

const scalars = (values: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([key, value]) => !key.startsWith('__') && ['string', 'number', 'boolean'].includes(typeof value),
    ),
  );
