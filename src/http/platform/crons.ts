import { z } from 'zod';
import { CronExpression, TimeZone } from '../../model/cron-schedule.ts';
import { CRON_SORT_FIELDS, type Cron } from '../../model/cron.ts';
import type { JsonObject } from '../../model/json.ts';
import type { CronLaunch } from '../../lifecycle/fire-crons.ts';
import type { CronInput } from '../../resources/crons.ts';
import { MOST_LISTED } from '../bounds.ts';
import { pageHeaders, selectFields } from '../present.ts';
import { readAs, Reply, route, type RequestFacts, type Route } from '../route.ts';
import {
  A_RUN,
  given,
  JsonObjectBody,
  MetadataFilter,
  Paging,
  RunCreate,
  ThreadParams,
  Uuid,
} from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { toLaunchInput } from './run-request.ts';
import { hasScope, requireScope, scopesOfOwnRun, scopesOfRun } from '../scopes.ts';

const tag = 'crons';

const EndTime = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is no time; write it as 2026-12-31T23:00:00Z')
  .transform((text) => new Date(text).toISOString());

const Planning = {
  schedule: CronExpression.meta({ description: 'A cron expression of five fields, or six with seconds' }),
  timezone: TimeZone.nullish().meta({ description: 'IANA name; UTC when there is none' }),
  end_time: EndTime.nullish(),
  enabled: z.boolean().nullish(),
  on_run_completed: z.enum(['delete', 'keep']).nullish().meta({
    description: "What becomes of the run's own thread; a cron on a thread keeps it",
  }),
};

const Create = RunCreate.extend(Planning);
const Update = RunCreate.partial().extend({
  ...Planning,
  schedule: given(Planning.schedule),
  enabled: given(Planning.enabled),
  on_run_completed: given(Planning.on_run_completed),
});
const CronParams = z.object({ cron_id: Uuid });

const CronView = z.object({
  cron_id: z.guid(),
  assistant_id: z.guid(),
  thread_id: z.guid().nullable(),
  schedule: z.string(),
  timezone: z.string().nullable(),
  end_time: z.string().nullable(),
  next_run_date: z.string().nullable().meta({ description: 'null once it is over' }),
  enabled: z.boolean(),
  on_run_completed: z.enum(['delete', 'keep']),
  payload: JsonObjectBody.meta({ description: 'What each run is asked' }),
  metadata: JsonObjectBody,
  user_id: z.string().nullable(),
  last_error: z
    .object({ code: z.string(), message: z.string(), at: z.string() })
    .nullable()
    .meta({ description: 'Why it launched nothing when it was last due' }),
  created_at: z.string(),
  updated_at: z.string(),
});

const Filter = {
  assistant_id: z.string().min(1).max(200).nullish(),
  thread_id: Uuid.nullish(),
  enabled: z.boolean().nullish(),
  metadata: MetadataFilter,
};
const Search = z
  .looseObject({
    ...Filter,
    ...Paging,
    sort_by: z.enum(CRON_SORT_FIELDS).nullish(),
    sort_order: z.enum(['asc', 'desc']).nullish(),
    select: z.array(z.string()).max(MOST_LISTED).nullish(),
  })
  .prefault({});

export const cronRoutes = (deps: PlatformDeps): Route[] => [
  ...creating(deps),
  ...finding(deps),
  ...single(deps),
];

const creating = ({ crons }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/runs/crons',
    scope: 'run',
    moreScopes: scopesOfOwnRun,
    tag,
    summary: 'Launch a run again and again, each on a thread of its own',
    example: { ...A_RUN, schedule: '0 9 * * 1-5', timezone: 'Europe/Berlin' },
    body: Create,
    response: CronView,
    handle: async ({ body, request }) => presentCron(await crons.create(toCron(body, request, null))),
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/runs/crons',
    scope: 'run',
    moreScopes: scopesOfRun,
    tag,
    summary: 'Launch a run on this thread again and again',
    params: ThreadParams,
    body: Create,
    response: CronView,
    handle: async ({ params, body, request }) =>
      presentCron(await crons.create(toCron(body, request, params.thread_id))),
  }),
];

const finding = ({ crons }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/runs/crons/search',
    scope: 'read',
    tag,
    summary: 'Find crons',
    body: Search,
    response: z.array(CronView.partial()),
    handle: async ({ body }) => {
      const { items, total } = await crons.search({
        ...toFilter(body),
        limit: body.limit,
        offset: body.offset,
        sortBy: body.sort_by ?? 'created_at',
        sortOrder: body.sort_order ?? 'desc',
      });
      const views = items.map((item) => selectFields(presentCron(item), body.select));
      return new Reply(200, views, pageHeaders(total, body));
    },
  }),
  route({
    method: 'post',
    path: '/runs/crons/count',
    scope: 'read',
    tag,
    summary: 'How many crons there are',
    body: z.looseObject(Filter).prefault({}),
    response: z.number(),
    handle: ({ body }) => crons.count(toFilter(body)),
  }),
];

const single = ({ assistants, crons }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/runs/crons/:cron_id',
    scope: 'read',
    tag,
    summary: 'Get a cron',
    params: CronParams,
    response: CronView,
    handle: async ({ params }) => presentCron(await crons.get(params.cron_id)),
  }),
  route({
    method: 'patch',
    path: '/runs/crons/:cron_id',
    scope: 'run',
    moreScopes: scopesOfOwnRun,
    tag,
    summary: 'Change a cron; what is not given stays',
    params: CronParams,
    body: Update,
    response: CronView,
    handle: async ({ params, body, request }) => {
      const { assistant_id: named } = body;
      const assistantId = named === undefined ? undefined : (await assistants.find(named)).assistantId;
      const updated = await crons.update(params.cron_id, (cron) => {
        const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        const merged = readAs(Create, { ...asked(cron), ...changes });
        const { threadId, userId } = cron;
        if (threadId !== null) requireMore(request, asked(cron), merged);
        const next = toCron({ ...merged, assistant_id: assistantId ?? cron.assistantId }, request, threadId);
        return { ...next, userId, launch: { ...(next.launch as CronLaunch), ...callerOf(cron) } };
      });
      const { payload } = hasScope(request.principal, 'read') ? updated : { payload: {} };
      return presentCron({ ...updated, payload });
    },
  }),
  route({
    method: 'delete',
    path: '/runs/crons/:cron_id',
    scope: 'run',
    tag,
    summary: 'Delete a cron; runs it has launched go on',
    params: CronParams,
    response: z.object({}),
    handle: async ({ params }) => {
      await crons.remove(params.cron_id);
      return {};
    },
  }),
];

/** What is made of a cron on a thread must be what its maker may ask for there, as far as it was not so before. */
const requireMore = ({ principal }: RequestFacts, before: JsonObject, after: unknown): void => {
  const had = scopesOfRun.of(before);
  for (const scope of scopesOfRun.of(after)) if (!had.includes(scope)) requireScope(principal, scope);
};

/** Who made it, as its runs know them: who changes it does not become that. */
const callerOf = ({ launch }: Cron): Pick<CronLaunch, 'headers' | 'identity'> => {
  const { headers = {}, identity = {} } = launch as CronLaunch;
  return { headers, identity };
};

/** A run of a cron waits its turn where nothing else is said: nobody is there to try again. */
const toCron = (body: z.output<typeof Create>, request: RequestFacts, threadId: string | null): CronInput => {
  const { schedule, timezone, end_time, enabled, on_run_completed, ...run } = body;
  const {
    threadId: _thread,
    ifNoThread: _ifNoThread,
    assistantId,
    actor,
    ...launch
  } = toLaunchInput(
    {
      threadId,
      body: { ...run, multitask_strategy: run.multitask_strategy ?? 'enqueue' },
      request,
      live: false,
    },
    () => '',
  );
  return {
    threadId,
    assistantId,
    schedule,
    timezone: timezone ?? null,
    endTime: end_time ?? null,
    enabled: enabled ?? true,
    onRunCompleted: threadId === null ? (on_run_completed ?? 'delete') : 'keep',
    payload: JSON.parse(JSON.stringify(run)) as JsonObject,
    launch,
    metadata: launch.metadata,
    userId: actor,
  };
};

/** The request that would make this cron. */
const asked = (cron: Cron) => ({
  ...cron.payload,
  schedule: cron.schedule,
  timezone: cron.timezone,
  end_time: cron.endTime,
  enabled: cron.enabled,
  on_run_completed: cron.onRunCompleted,
});

const toFilter = (body: {
  assistant_id?: string | null | undefined;
  thread_id?: string | null | undefined;
  enabled?: boolean | null | undefined;
  metadata?: JsonObject | null | undefined;
}) => ({
  assistantId: body.assistant_id ?? undefined,
  threadId: body.thread_id ?? undefined,
  enabled: body.enabled ?? undefined,
  metadata: body.metadata ?? undefined,
});

const presentCron = (cron: Cron) => ({
  cron_id: cron.cronId,
  assistant_id: cron.assistantId,
  thread_id: cron.threadId,
  schedule: cron.schedule,
  timezone: cron.timezone,
  end_time: cron.endTime,
  next_run_date: cron.nextRunMs === null ? null : new Date(cron.nextRunMs).toISOString(),
  enabled: cron.enabled,
  on_run_completed: cron.onRunCompleted,
  payload: cron.payload,
  metadata: cron.metadata,
  user_id: cron.userId,
  last_error: cron.lastError,
  created_at: cron.createdAt,
  updated_at: cron.updatedAt,
});
