import type { JsonObject } from './json.ts';
import type { CheckResult } from './resume-check.ts';
import type { ResumeCondition } from './resume-condition.ts';
import type { RunCommand } from './run.ts';

/**
 * `draining`: asked for, the step in flight is finishing. `paused`: verified and at rest. Then one of: `resumed`,
 * `withdrawn` (before it was reached), `ended` (the run finished, asked, failed, was cancelled or stopped).
 */
export const PAUSE_STATES = ['draining', 'paused', 'resumed', 'withdrawn', 'ended'] as const;
export type PauseState = (typeof PAUSE_STATES)[number];

/** Who wanted it: a person (or a program in their name), a condition the server watches, a scope or a window. */
export type PauseCause = 'operator' | 'condition' | 'scope' | 'window';

export const PAUSE_MODES = ['drain', 'now'] as const;
export const ON_TIMEOUT = ['extend', 'force'] as const;
export const RESUME_BEHAVIORS = ['continue', 'restart_step', 'await_instructions'] as const;
export const RELEASES = ['idle', 'shutdown'] as const;

/** What was asked for with a pause. */
export interface PauseTerms {
  reason: string;
  /** `now` aborts the step in flight; its checkpoint is then unsafe. */
  mode: (typeof PAUSE_MODES)[number];
  drainTimeoutMs: number;
  /** At the deadline: `extend` doubles the time, `force` aborts. */
  onTimeout: (typeof ON_TIMEOUT)[number];
  resumeBehavior: (typeof RESUME_BEHAVIORS)[number];
  release: (typeof RELEASES)[number];
  /** Null: by hand only. */
  resumeWhen: ResumeCondition | null;
}

/** The graph's code as it was loaded. */
export interface CodeFingerprint {
  /** Of everything below. */
  sha256: string;
  /** Version of LangGraph. */
  langgraph: string;
  /** What the graph's module exports as `stateVersion`, if it does. */
  stateVersion: string | null;
  /** SHA-256 of each source file, by path from the folder of the graph's module. */
  files: Record<string, string>;
}

/** As much of it as tells one code from another, and finds the migrations that lead from it. */
export type CodeOrigin = Pick<CodeFingerprint, 'sha256' | 'stateVersion'>;

/** Where a run was paused, and what was in force then. */
export interface PauseCheckpoint {
  /** Null when nothing was stored on the thread yet. */
  checkpointId: string | null;
  parentId: string | null;
  /** Of the checkpoint and the writes that wait at it, as they are on disk. */
  sha256: string | null;
  step: number | null;
  /** The nodes that run next. */
  next: string[];
  /** The step in flight was cut: what it did outside may be done again. */
  unsafe: boolean;
  takenAt: string;
  code: CodeFingerprint | null;
  /** The run's configuration: the assistant's, overridden by the run's. */
  config: JsonObject;
  context: unknown;
  assistantVersion: number | null;
  /** What the graph's module exports as `environment()`; null where it does not or was not asked. */
  environment: JsonObject | null;
}

/** One pause of one run. */
export interface Pause extends PauseTerms {
  pauseId: string;
  threadId: string;
  runId: string;
  state: PauseState;
  cause: PauseCause;
  requestedBy: string;
  requestedAt: string;
  /** When a drain is extended or forced, in ms since the epoch; null once it is over. */
  drainDeadlineMs: number | null;
  /** SHA-256 (hex) of the token by which the outside resumes. */
  resumeTokenHash: string | null;
  resumeTokenExpiresMs: number | null;
  /** The scope pause or the window it came with. */
  scopeId: string | null;
  windowId: string | null;
  /** What a condition proposes to do about its cause. */
  remedy: JsonObject | null;
  checkpoint: PauseCheckpoint | null;
  /** Whether the checkpoint was read back and is what was written; null while draining. */
  verified: boolean | null;
  pausedAt: string | null;
  endedAt: string | null;
  endedBy: string | null;
  /** Of the request, where that came with an idempotency key; the key made the id. */
  requestHash: string | null;
}

/** What a resume brings along for the attempts that follow. Stored with the run until the next one. */
export interface RunResume {
  pauseId: string | null;
  /** The first attempt it is for. */
  attempt: number;
  trigger: string;
  data: unknown;
  additionalContext: string | null;
  command: RunCommand | null;
  /** Where to go on from, when not from the latest checkpoint. */
  checkpointId: string | null;
  /** The code that left the state, where registered migrations may have to bring it up to date. */
  migrateFrom: CodeOrigin | null;
  /** `Once.id` of the request. */
  idempotencyKey: string | null;
  /** `Once.requestHash` of the request. */
  requestHash?: string;
  /** What its checks found, for who asks again with the key. */
  preflight?: CheckResult[];
  /** What the step waited for that ended with the pause (`Wait.key`). */
  waits?: string[];
  /** What the run may spend from now on, in place of what its assistant says. */
  budget?: BudgetCaps;
  at: string;
}

/** What may be spent; a missing cap leaves the assistant's. */
export interface BudgetCaps {
  maxTokens?: number;
  maxCost?: number;
}

export const isCurrent = ({ state }: Pause): boolean => state === 'draining' || state === 'paused';
