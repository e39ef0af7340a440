import { nextTime, type CronSchedule } from './cron-schedule.ts';
import type { NewRuns, Scope } from './scope-pause.ts';

/** A scheduled interval in which a scope is paused. */
export interface PauseWindow extends CronSchedule {
  windowId: string;
  name: string;
  scope: Scope;
  durationMs: number;
  /** Threads begin to drain so long before the start, so that they rest when it comes. */
  drainLeadMs: number;
  /** Who is told, and how long before the start. */
  notify: { url: string; leadMs: number }[];
  /** Whether what the window paused goes on when it ends. */
  resumeAfter: boolean;
  newRuns: NewRuns;
  redirectTo: string | null;
  enabled: boolean;
  /** Starts before this are not its own: it did not exist, or was another. In ms since the epoch, as all below. */
  sinceMs: number;
  /** The start it was last entered for. */
  lastStartMs: number | null;
  /** The start each of `notify` was last told of. */
  toldMs: (number | null)[];
  /** The scope pause and the end of the occurrence that is open. */
  open: { scopePauseId: string; endsMs: number } | null;
  createdAt: string;
  updatedAt: string;
}

/** What is due of a window, in this order. */
export type WindowStep =
  { kind: 'leave' } | { kind: 'tell'; place: number; startMs: number } | { kind: 'enter'; startMs: number };

/** The occurrences whose end is after `nowMs`, in order. */
export const occurrences = (
  window: Pick<PauseWindow, 'schedule' | 'timezone' | 'durationMs' | 'sinceMs'>,
  nowMs: number,
  count: number,
): { startMs: number; endMs: number }[] => {
  const found: { startMs: number; endMs: number }[] = [];
  let after = Math.max(nowMs - window.durationMs, window.sinceMs - 1);
  while (found.length < count) {
    const startMs = nextTime(window, after);
    if (startMs === undefined) break;
    found.push({ startMs, endMs: startMs + window.durationMs });
    after = startMs;
  }
  return found;
};

/** What is due, or when something is. */
type Plan = { step: WindowStep } | { step: undefined; nextMs: number | undefined };

/**
 * What is due at `nowMs`, and when something is next. A start that was missed is entered late while it is open; a
 * notice that was missed is given late until the start.
 */
export const planWindow = (window: PauseWindow, nowMs: number): Plan => {
  const { open, enabled } = window;
  if (open && open.endsMs <= nowMs) return { step: { kind: 'leave' } };
  const plans = enabled
    ? [...window.notify.map((_one, place) => planNotice(window, place, nowMs)), planStart(window, nowMs)]
    : [];
  const due = plans.find(({ step }) => step);
  if (due) return due;
  const times = [open?.endsMs, ...plans.map((plan) => ('nextMs' in plan ? plan.nextMs : undefined))];
  return { step: undefined, nextMs: earliest(times) };
};

const earliest = (times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

const planNotice = (window: PauseWindow, place: number, nowMs: number): Plan => {
  const told = window.toldMs[place] ?? 0;
  const startMs = nextTime(window, Math.max(nowMs, window.sinceMs - 1, told));
  const tellMs = startMs === undefined ? undefined : startMs - (window.notify[place]?.leadMs ?? 0);
  if (startMs === undefined || tellMs === undefined || tellMs > nowMs)
    return { step: undefined, nextMs: tellMs };
  return { step: { kind: 'tell', place, startMs } };
};

/** One occurrence at a time: the next begins when the one that is open has been left. */
const planStart = (window: PauseWindow, nowMs: number): Plan => {
  if (window.open) return { step: undefined, nextMs: undefined };
  const { durationMs, sinceMs, lastStartMs, drainLeadMs } = window;
  const startMs = nextTime(window, Math.max(nowMs - durationMs, sinceMs - 1, lastStartMs ?? 0));
  if (startMs === undefined || startMs - drainLeadMs > nowMs)
    return { step: undefined, nextMs: startMs === undefined ? undefined : startMs - drainLeadMs };
  return { step: { kind: 'enter', startMs } };
};
