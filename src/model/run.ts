import type { RunConfig } from './assistant.ts';
import type { RunFailure } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { RunResume } from './pause.ts';
import type { DesiredState, RunState } from './run-state.ts';

export const STREAM_MODES = [
  'values',
  'updates',
  'messages',
  'messages-tuple',
  'custom',
  'events',
  'debug',
  'tasks',
  'checkpoints',
  'tools',
] as const;

export type StreamMode = (typeof STREAM_MODES)[number];

export type MultitaskStrategy = 'reject' | 'enqueue' | 'interrupt' | 'rollback';

/** The answer to questions and other commands a run starts with, as the wire says it. */
export interface RunCommand {
  resume?: unknown;
  update?: Record<string, unknown> | [string, unknown][] | undefined;
  goto?: string | SendCommand | (string | SendCommand)[] | undefined;
}

export interface SendCommand {
  node: string;
  input?: unknown;
}

/** Which checkpoint a run starts from, when not from the latest. */
export interface CheckpointRef {
  checkpoint_id?: string | undefined;
  checkpoint_ns?: string | undefined;
  checkpoint_map?: Record<string, unknown> | null | undefined;
}

/** Where else the run's traces go. */
export interface LangSmithTracer {
  project_name?: string | undefined;
  example_id?: string | undefined;
}

/** What a run was asked to do. Stored with it and never changed. */
export interface RunKwargs {
  input: unknown;
  command: RunCommand | null;
  checkpoint: CheckpointRef | null;
  config: RunConfig;
  context: unknown;
  stream_mode: StreamMode[];
  stream_subgraphs: boolean;
  interrupt_before: '*' | string[] | null;
  interrupt_after: '*' | string[] | null;
  durability: 'sync' | 'async' | 'exit';
  on_disconnect: 'cancel' | 'continue';
  /** `delete`: the run's thread came with it, and goes when it has ended. */
  on_completion?: 'delete' | 'keep';
  /** Where to POST the run when it has ended. */
  webhook?: string;
  after_seconds?: number;
  feedback_keys?: string[];
  stream_resumable?: boolean;
  langsmith_tracer?: LangSmithTracer;
  /** The request that started it, where that is traced: as the header of this name says it. */
  traceparent?: string;
  /** Somebody follows from the start: events are written at once rather than gathered for a moment. */
  live: boolean;
}

/** One request to move a thread forward. */
export interface Run {
  runId: string;
  threadId: string;
  assistantId: string;
  state: RunState;
  desired: DesiredState;
  /** Claims so far; the first is 1. */
  attempt: number;
  /** Attempts that ended with their worker and made no progress; the limit is on these. */
  spent: number;
  multitaskStrategy: MultitaskStrategy;
  kwargs: RunKwargs;
  metadata: JsonObject;
  failure: RunFailure | null;
  reason: string | null;
  /** The pause that is draining it or in which it rests. */
  pauseId: string | null;
  /** What its last resume brought along; null before the first. */
  resume: RunResume | null;
  /** Events of this run have a fence above this. */
  fenceFloor: number;
  /** Not to be started before (ms since the epoch); 0 once that is past. */
  dueMs: number;
  /** When it runs out of time (ms since the epoch); set when it starts, where there is a limit. */
  deadlineMs: number | null;
  /** Of the request, where that came with an idempotency key; the key made the id. */
  requestHash: string | null;
  since: string;
  createdAt: string;
  updatedAt: string;
}
