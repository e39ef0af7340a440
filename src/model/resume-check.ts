/**
 * `warning`, `accepted` (by `on_drift`), `migrated` and `forced` let the resume through and are told; `skipped` had
 * nothing to look at.
 */
export type CheckStatus = 'passed' | 'warning' | 'accepted' | 'migrated' | 'forced' | 'skipped' | 'failed';

export interface Finding {
  status: CheckStatus;
  detail: string | null;
  /** What the detail says, for programs: a diff, what changed, the name of a resource. */
  facts?: Record<string, unknown>;
}

/** What a check before a resume found. */
export interface CheckResult extends Finding {
  name: string;
  durationMs: number;
}
