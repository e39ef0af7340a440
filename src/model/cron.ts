import { nextTime } from './cron-schedule.ts';
import type { JsonObject } from './json.ts';

/** A run that is launched again and again. */
export interface Cron {
  cronId: string;
  /** Null: each run gets a thread of its own. */
  threadId: string | null;
  assistantId: string;
  schedule: string;
  /** IANA name; null is UTC. */
  timezone: string | null;
  endTime: string | null;
  /** When it runs next, ms since the epoch; null once it is over. Stays while the cron is disabled. */
  nextRunMs: number | null;
  enabled: boolean;
  /** What becomes of a run's own thread. */
  onRunCompleted: 'delete' | 'keep';
  /** What was asked for, in the words of the wire. */
  payload: JsonObject;
  /** The run to launch, as `launch-run` takes it, without its thread. */
  launch: unknown;
  metadata: JsonObject;
  /** Who made it, and for whom its runs are. */
  userId: string | null;
  /** Why it last launched nothing when it was due. */
  lastError: { code: string; message: string; at: string } | null;
  createdAt: string;
  updatedAt: string;
}

export const CRON_SORT_FIELDS = [
  'cron_id',
  'assistant_id',
  'thread_id',
  'next_run_date',
  'end_time',
  'created_at',
  'updated_at',
] as const;

export interface CronFilter {
  assistantId?: string | undefined;
  threadId?: string | undefined;
  enabled?: boolean | undefined;
  metadata?: JsonObject | undefined;
}

export interface CronSearch extends CronFilter {
  limit: number;
  offset: number;
  sortBy: (typeof CRON_SORT_FIELDS)[number];
  sortOrder: 'asc' | 'desc';
}

/** When it runs next after `afterMs`; null when not again. */
export const cronRunAfter = (
  { schedule, timezone, endTime }: Pick<Cron, 'schedule' | 'timezone' | 'endTime'>,
  afterMs: number,
): number | null => {
  const next = nextTime({ schedule, timezone: timezone ?? 'UTC' }, afterMs);
  if (next === undefined) return null;
  return endTime !== null && next > Date.parse(endTime) ? null : next;
};
