import type { PauseConditions, Spent, StepFailure } from '../model/pause-conditions.ts';

/** What one run took of one model. */
export interface Usage {
  runId: string;
  threadId: string;
  assistantId: string;
  /** Empty where it is not known. */
  model: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  cost: number;
}

/** The conditions that the server watches itself, and what it has seen. */
export interface WatchStore {
  conditions(assistantId: string): Promise<PauseConditions | undefined>;
  /** In place of those before. */
  putConditions(input: {
    assistantId: string;
    conditions: PauseConditions;
    by: string;
    at: string;
  }): Promise<void>;
  /** False when there were none. */
  removeConditions(assistantId: string): Promise<boolean>;
  /** Adds to what the run took of the model before. */
  addUsage(usage: Usage): Promise<void>;
  spent(of: { runId: string } | { threadId: string }): Promise<Spent>;
  /** By run and model, in the order the runs began. */
  usage(threadId: string): Promise<Usage[]>;
  addFailure(failure: StepFailure & { threadId: string; runId: string; atMs: number }): Promise<void>;
  /** The thread's, from then on, newest first. */
  failures(query: {
    threadId: string;
    sinceMs: number;
    limit: number;
  }): Promise<(StepFailure & { atMs: number })[]>;
}
