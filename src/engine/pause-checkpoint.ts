import type { Assistant } from '../model/assistant.ts';
import type { JsonObject } from '../model/json.ts';
import type { PauseCheckpoint } from '../model/pause.ts';
import type { Run } from '../model/run.ts';
import type { Checkpoints } from '../storage/checkpoints.ts';
import { withDeadline } from './deadline.ts';
import type { GraphReads } from './graph-reads.ts';
import type { GraphModule, GraphRegistry } from './graph-registry.ts';
import { mergeConfig } from './run-config.ts';

export interface PauseCheckpointDeps {
  graphs: Pick<GraphRegistry, 'module'>;
  reads: Pick<GraphReads, 'now'>;
  checkpoints: Checkpoints;
  /** Whether code of the graph may run in this process: its `environment()` is asked then. */
  runsCode: boolean;
}

export interface CaptureInput {
  run: Run;
  assistant: Assistant;
  /** The step in flight was cut. */
  unsafe: boolean;
  at: string;
}

/** What a paused run is to be found with again. */
export interface PauseCheckpoints {
  /** Reads the thread's latest checkpoint from disk, and what is in force now. Throws when it cannot be read. */
  capture(input: CaptureInput): Promise<PauseCheckpoint>;
  /** Reads the checkpoint back: why it is not what the record says; undefined when it is. Never throws. */
  differs(threadId: string, recorded: PauseCheckpoint): Promise<string | undefined>;
}

export const createPauseCheckpoints = (deps: PauseCheckpointDeps): PauseCheckpoints => ({
  capture: async ({ run, assistant, unsafe, at }) => {
    const [digest, { step, next }, module] = await Promise.all([
      deps.checkpoints.digest({ threadId: run.threadId }),
      whereItStands(deps, run, assistant),
      deps.graphs.module(assistant.graphId).catch(() => undefined),
    ]);
    return {
      checkpointId: digest?.checkpointId ?? null,
      parentId: digest?.parentId ?? null,
      sha256: digest?.sha256 ?? null,
      step,
      next,
      unsafe,
      takenAt: at,
      code: module?.code ?? null,
      ...configInForce(run, assistant),
      environment: module && deps.runsCode ? await environmentOf(module) : null,
    };
  },

  differs: async (threadId, { checkpointId, sha256 }) => {
    try {
      const found = await deps.checkpoints.digest({ threadId, checkpointId: checkpointId ?? undefined });
      if (checkpointId === null) return found && 'a checkpoint was written since';
      if (!found) return 'it is not there';
      return found.sha256 === sha256 ? undefined : 'it is not what was written';
    } catch (error) {
      return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  },
});

/** What a run is configured with, in the form that is compared at its resume. */
export const configInForce = (
  { kwargs }: Run,
  assistant: Assistant,
): Pick<PauseCheckpoint, 'config' | 'context' | 'assistantVersion'> => ({
  config: mergeConfig(assistant.config, kwargs.config) as JsonObject,
  context: kwargs.context ?? assistant.context,
  assistantVersion: assistant.version,
});

const whereItStands = async (
  { reads, checkpoints }: PauseCheckpointDeps,
  { threadId, kwargs }: Run,
  { graphId, config: ofAssistant }: Assistant,
): Promise<Pick<PauseCheckpoint, 'step' | 'next'>> => {
  const { reader } = checkpoints;
  const tuple = await reader.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
  if (!tuple) return { step: null, next: [] };
  const step = tuple.metadata?.step ?? null;
  const { configurable } = mergeConfig(ofAssistant, kwargs.config);
  const config = { configurable: { ...configurable, thread_id: threadId } };
  try {
    return { step, next: (await reads.now({ graphId, config, threadId })).next };
  } catch {
    return { step, next: [] }; // a graph that cannot be loaded keeps nobody from pausing
  }
};

/** Facts must not hold a pause up. */
const ENVIRONMENT_MS = 2000;

const environmentOf = async ({ exports }: GraphModule): Promise<JsonObject | null> => {
  const { environment } = exports;
  if (typeof environment !== 'function') return null;
  try {
    const facts: unknown = await withDeadline(async () => environment() as unknown, {
      ms: ENVIRONMENT_MS,
      what: 'environment()',
    });
    return JSON.parse(JSON.stringify(facts ?? null)) as JsonObject | null;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};
