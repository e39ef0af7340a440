import { z } from 'zod';
import type { PauseWindows, WindowDefinition } from '../../lifecycle/manage-windows.ts';
import { CronExpression, TimeZone } from '../../model/cron-schedule.ts';
import type { PauseWindow } from '../../model/pause-window.ts';
import { NEW_RUNS } from '../../model/scope-pause.ts';
import { route, type Route } from '../route.ts';
import { queryInt } from '../schemas.ts';
import { NewRunsBody, presentScope, RedirectTo, ScopeBody, toScope } from './scope-body.ts';

export interface WindowDeps {
  windows: PauseWindows;
}

const tag = 'pause windows';

const DAY_MS = 86_400_000;

const Fields = z.object({
  name: z.string().trim().min(1).max(200),
  scope: ScopeBody,
  schedule: CronExpression.meta({ description: 'When it starts, as a cron expression' }),
  timezone: TimeZone,
  duration_ms: z
    .int()
    .min(1000)
    .max(31 * DAY_MS),
  drain_lead_ms: z
    .int()
    .min(0)
    .max(DAY_MS)
    .meta({ description: 'How long before the start threads begin to drain' }),
  notify: z
    .array(
      z.strictObject({
        url: z.string().min(1).max(2000),
        lead_ms: z
          .int()
          .min(0)
          .max(31 * DAY_MS),
      }),
    )
    .max(20)
    .meta({ description: 'Who is told, and how long before the start' }),
  resume_after: z.boolean().meta({ description: 'Whether what it paused goes on when it ends' }),
  new_runs: NewRunsBody,
  redirect_to: RedirectTo.nullable(),
  enabled: z.boolean(),
});

const WindowBody = Fields.extend({
  timezone: Fields.shape.timezone.default('UTC'),
  drain_lead_ms: Fields.shape.drain_lead_ms.default(0),
  notify: Fields.shape.notify.default([]),
  resume_after: Fields.shape.resume_after.default(true),
  new_runs: Fields.shape.new_runs.default('queue'),
  redirect_to: Fields.shape.redirect_to.default(null),
  enabled: Fields.shape.enabled.default(true),
});

const WindowPatch = Fields.partial();

const WindowView = z.object({
  window_id: z.guid(),
  name: z.string(),
  scope: z.record(z.string(), z.unknown()),
  schedule: z.string(),
  timezone: z.string(),
  duration_ms: z.number(),
  drain_lead_ms: z.number(),
  notify: z.array(z.object({ url: z.string(), lead_ms: z.number() })),
  resume_after: z.boolean(),
  new_runs: z.enum(NEW_RUNS),
  redirect_to: z.string().nullable(),
  enabled: z.boolean(),
  open: z
    .object({ pause_id: z.string(), ends_at: z.string() })
    .nullable()
    .meta({ description: 'The pause it is in now, and until when' }),
  created_at: z.string(),
  updated_at: z.string(),
});

const WindowParams = z.object({ window_id: z.guid('is not a UUID').transform((id) => id.toLowerCase()) });

const Occurrences = z.array(z.object({ drain_at: z.string(), starts_at: z.string(), ends_at: z.string() }));

const PreviewBody = z.looseObject({
  schedule: Fields.shape.schedule,
  timezone: Fields.shape.timezone.default('UTC'),
  duration_ms: Fields.shape.duration_ms,
  drain_lead_ms: Fields.shape.drain_lead_ms.default(0),
  count: z.int().min(1).max(100).default(5),
});

/** Scheduled pauses. */
export const pauseWindowRoutes = (deps: WindowDeps): Route[] => [...collection(deps), ...single(deps)];

const collection = (deps: WindowDeps): Route[] => [
  route({
    method: 'post',
    path: '/pause-windows',
    scope: 'operate',
    tag,
    summary: 'Create a pause window',
    example: {
      name: 'nightly',
      scope: { all: true },
      schedule: '30 2 * * *',
      timezone: 'Europe/Berlin',
      duration_ms: 3_600_000,
      drain_lead_ms: 120_000,
    },
    body: WindowBody,
    response: WindowView,
    handle: async ({ body }) =>
      presentWindow(await deps.windows.create(toDefinition(body) as WindowDefinition)),
  }),
  route({
    method: 'get',
    path: '/pause-windows',
    scope: 'read',
    tag,
    summary: 'List pause windows, oldest first',
    response: z.array(WindowView),
    handle: async () => (await deps.windows.list()).map(presentWindow),
  }),
  route({
    method: 'post',
    path: '/pause-windows/preview',
    scope: 'read',
    tag,
    summary: 'When a pause window that is not made yet would be open',
    body: PreviewBody,
    response: Occurrences,
    handle: ({ body }) => {
      const { schedule, timezone, duration_ms: durationMs, drain_lead_ms: drainLeadMs, count } = body;
      const plan = { schedule, timezone, durationMs, drainLeadMs };
      return deps.windows.preview(plan, count).map(presentOccurrence);
    },
  }),
];

const single = (deps: WindowDeps): Route[] => [
  route({
    method: 'get',
    path: '/pause-windows/:window_id',
    scope: 'read',
    tag,
    summary: 'Get a pause window',
    params: WindowParams,
    response: WindowView,
    handle: async ({ params }) => presentWindow(await deps.windows.get(params.window_id)),
  }),
  route({
    method: 'patch',
    path: '/pause-windows/:window_id',
    scope: 'operate',
    tag,
    summary: 'Change a pause window; one that is open ends at its new end',
    params: WindowParams,
    body: WindowPatch,
    response: WindowView,
    handle: async ({ params, body }) =>
      presentWindow(await deps.windows.patch(params.window_id, toDefinition(body))),
  }),
  route({
    method: 'delete',
    path: '/pause-windows/:window_id',
    scope: 'operate',
    tag,
    summary: 'Delete a pause window; one that is open is left',
    params: WindowParams,
    status: 204,
    handle: ({ params }) => deps.windows.remove(params.window_id),
  }),
  route({
    method: 'get',
    path: '/pause-windows/:window_id/occurrences',
    scope: 'read',
    tag,
    summary: 'Preview when a pause window is open',
    params: WindowParams,
    query: z.object({
      count: queryInt(1, 100).default(5),
    }),
    response: Occurrences,
    handle: async ({ params, query }) =>
      (await deps.windows.occurrences(params.window_id, query.count)).map(presentOccurrence),
  }),
];

const presentOccurrence = ({
  startMs,
  endMs,
  drainMs,
}: {
  startMs: number;
  endMs: number;
  drainMs: number;
}) => ({
  drain_at: iso(drainMs),
  starts_at: iso(startMs),
  ends_at: iso(endMs),
});

const iso = (ms: number): string => new Date(ms).toISOString();

const toDefinition = (body: z.output<typeof WindowPatch>): Partial<WindowDefinition> => {
  const { duration_ms, drain_lead_ms, notify, resume_after, new_runs, redirect_to, scope, ...same } = body;
  const all = {
    ...same,
    scope: scope && toScope(scope),
    durationMs: duration_ms,
    drainLeadMs: drain_lead_ms,
    notify: notify?.map(({ url, lead_ms }) => ({ url, leadMs: lead_ms })),
    resumeAfter: resume_after,
    newRuns: new_runs,
    // Nobody is redirected any more when the policy becomes another.
    redirectTo: new_runs === undefined ? redirect_to : (redirect_to ?? null),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const presentWindow = (window: PauseWindow): z.input<typeof WindowView> => ({
  window_id: window.windowId,
  name: window.name,
  scope: presentScope(window.scope),
  schedule: window.schedule,
  timezone: window.timezone,
  duration_ms: window.durationMs,
  drain_lead_ms: window.drainLeadMs,
  notify: window.notify.map(({ url, leadMs }) => ({ url, lead_ms: leadMs })),
  resume_after: window.resumeAfter,
  new_runs: window.newRuns,
  redirect_to: window.redirectTo,
  enabled: window.enabled,
  open: window.open && { pause_id: window.open.scopePauseId, ends_at: iso(window.open.endsMs) },
  created_at: window.createdAt,
  updated_at: window.updatedAt,
});
