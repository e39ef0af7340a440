import type { WindowBody } from '../../api/control-actions.ts';
import type { PauseWindow, WindowPlan } from '../../api/control-queries.ts';
import { ownTimeZone } from './schedule-words.ts';

export interface Notice {
  url: string;
  minutes: number | string;
}

/** A pause window while it is being written. */
export interface WindowDraft {
  name: string;
  /** As `scopeKey` says it. */
  scope: string;
  schedule: string;
  timezone: string;
  minutes: number | string;
  drainMinutes: number | string;
  resumeAfter: boolean;
  newRuns: PauseWindow['new_runs'];
  redirectTo: string | null;
  notify: Notice[];
}

const MINUTE_MS = 60_000;

/** A scope as the value of a choice: `all`, or its field and id. */
export const scopeKey = (scope: Record<string, unknown>): string => {
  const [field = 'all', id] = Object.entries(scope)[0] ?? [];
  return field === 'all' ? 'all' : `${field}:${String(id)}`;
};

const scopeOf = (key: string): WindowBody['scope'] => {
  if (key === 'all') return { all: true };
  const split = key.indexOf(':');
  return { [key.slice(0, split)]: key.slice(split + 1) } as unknown as WindowBody['scope'];
};

export const draftOf = (window: PauseWindow | null): WindowDraft =>
  window
    ? {
        name: window.name,
        scope: scopeKey(window.scope),
        schedule: window.schedule,
        timezone: window.timezone,
        minutes: window.duration_ms / MINUTE_MS,
        drainMinutes: window.drain_lead_ms / MINUTE_MS,
        resumeAfter: window.resume_after,
        newRuns: window.new_runs,
        redirectTo: window.redirect_to,
        notify: window.notify.map(({ url, lead_ms: lead }) => ({ url, minutes: lead / MINUTE_MS })),
      }
    : {
        name: '',
        scope: 'all',
        schedule: '30 2 * * *',
        timezone: ownTimeZone(),
        minutes: 60,
        drainMinutes: 2,
        resumeAfter: true,
        newRuns: 'queue',
        redirectTo: null,
        notify: [],
      };

const toMs = (minutes: number | string): number => Math.round(Number(minutes) * MINUTE_MS);

/** What the preview is asked for with; undefined while something of it is missing. */
export const planOf = (draft: WindowDraft): WindowPlan | undefined => {
  const { schedule, timezone, minutes, drainMinutes } = draft;
  if (schedule.trim() === '' || !(Number(minutes) > 0)) return undefined;
  return {
    schedule: schedule.trim(),
    timezone,
    duration_ms: toMs(minutes),
    drain_lead_ms: toMs(drainMinutes),
    count: 3,
  };
};

export const bodyOf = (draft: WindowDraft): WindowBody => ({
  name: draft.name.trim(),
  scope: scopeOf(draft.scope),
  schedule: draft.schedule.trim(),
  timezone: draft.timezone,
  duration_ms: toMs(draft.minutes),
  drain_lead_ms: toMs(draft.drainMinutes),
  resume_after: draft.resumeAfter,
  new_runs: draft.newRuns,
  redirect_to: draft.newRuns === 'redirect' ? draft.redirectTo : null,
  notify: draft.notify
    .filter(({ url }) => url.trim() !== '')
    .map(({ url, minutes }) => ({ url: url.trim(), lead_ms: toMs(minutes) })),
});

export const isComplete = (draft: WindowDraft): boolean =>
  draft.name.trim() !== '' &&
  planOf(draft) !== undefined &&
  (draft.newRuns !== 'redirect' || draft.redirectTo !== null);
