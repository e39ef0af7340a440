/** What an emergency stop covers. */
export type StopScope = { all: true } | { assistantId: string } | { threadId: string };

/** A run that was in scope when the stop was made. */
export interface StoppedRun {
  runId: string;
  threadId: string;
  /** The worker that had it; null when none had. */
  worker: string | null;
  /** When it was certain that no code of it runs any more. */
  confirmedAt: string | null;
}

/** The latest checkpoint of a stopped run's thread once nobody wrote there any more. */
export interface StoppedAt {
  checkpointId: string;
  /** Of the checkpoint and the writes that wait at it. */
  sha256: string;
}

/** A latch: while it is not released nothing in its scope starts. */
export interface EmergencyStop {
  stopId: string;
  scope: StopScope;
  reason: string;
  requestedBy: string;
  createdAt: string;
  releasedAt: string | null;
  releasedBy: string | null;
  /** Of the request, where that came with an idempotency key; the key made the id. */
  requestHash: string | null;
}

export interface StopCoverage {
  stop: EmergencyStop;
  runs: StoppedRun[];
}

/** The scope in two words, for logs and messages. */
export const scopeWords = (scope: StopScope): string =>
  'threadId' in scope
    ? `thread ${scope.threadId}`
    : 'assistantId' in scope
      ? `assistant ${scope.assistantId}`
      : 'everything';
