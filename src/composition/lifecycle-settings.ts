import type { Settings } from '../config/settings.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import type { TtlTerms } from '../model/thread.ts';

/** The settings the use-cases need. */
export const lifecycleSettings = (
  settings: Settings,
  { threadTtl }: { threadTtl?: TtlTerms | undefined } = {},
): LifecycleDeps['settings'] => ({
  leaseMs: settings.leaseMs,
  maxSpentAttempts: settings.maxAttempts,
  runTimeoutMs: settings.runTimeoutMs,
  eventRetentionMs: settings.eventRetentionMs,
  approvalDialects: settings.approvalDialects === 'on',
  threadTtl,
  queueLimit: settings.queueLimit,
  fairBy: settings.fairBy,
});
