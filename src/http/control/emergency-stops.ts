import { z } from 'zod';
import type { EmergencyStopInput } from '../../lifecycle/emergency-stop.ts';
import type { StopCoverage, StopScope } from '../../model/emergency-stop.ts';
import { onceOf } from '../idempotency-key.ts';
import { actorOf, route, type Route } from '../route.ts';
import { QueryFlag, QueryPaging } from '../schemas.ts';

const tag = 'emergency stops';

export interface StopDeps {
  emergencyStop: (input: EmergencyStopInput) => Promise<StopCoverage>;
  releaseStop: (input: { stopId: string; actor: string }) => Promise<StopCoverage>;
  getStop: (stopId: string) => Promise<StopCoverage>;
  listStops: (query: { released: boolean; limit: number; offset: number }) => Promise<StopCoverage[]>;
}

const Id = z.guid('is not a UUID').transform((id) => id.toLowerCase());

const Scope = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ assistant_id: Id }),
  z.strictObject({ thread_id: Id }),
]);

const StopView = z.object({
  stop_id: z.guid(),
  scope: z.record(z.string(), z.unknown()),
  state: z.enum(['in_force', 'released']),
  reason: z.string(),
  requested_by: z.string(),
  created_at: z.string(),
  released_at: z.string().nullable(),
  released_by: z.string().nullable(),
  runs: z.array(
    z.object({
      run_id: z.guid(),
      thread_id: z.guid(),
      confirmed: z.boolean().meta({ description: 'It is certain that no code of the run executes any more' }),
      confirmed_at: z.string().nullable(),
    }),
  ),
});

const StopParams = z.object({ stop_id: Id });

/** The latch an operator throws when an agent must stop now. */
export const stopRoutes = (deps: StopDeps): Route[] => [...throwing(deps), ...seeing(deps)];

const throwing = ({ emergencyStop, releaseStop }: StopDeps): Route[] => [
  route({
    method: 'post',
    path: '/emergency-stops',
    scope: 'operate',
    tag,
    summary: 'Stop a thread, an assistant or everything at once, and keep it stopped until the release',
    example: { scope: { all: true }, reason: 'it mails every customer' },
    body: z.looseObject({
      scope: Scope,
      reason: z.string().min(1).max(2000),
      requested_by: z.string().min(1).max(200).optional(),
    }),
    idempotent: true,
    response: StopView,
    handle: async ({ body, request }) =>
      presentStop(
        await emergencyStop({
          scope: toScope(body.scope),
          reason: body.reason,
          actor: actorOf(request, body.requested_by),
          once: onceOf(request, { kind: 'stop' }),
        }),
      ),
  }),
  route({
    method: 'post',
    path: '/emergency-stops/:stop_id/release',
    scope: 'operate',
    tag,
    summary: 'Lift a stop; what it stopped stays stopped until each thread is resumed',
    example: { released_by: 'ada' },
    params: StopParams,
    body: z.looseObject({ released_by: z.string().min(1).max(200).optional() }).prefault({}),
    response: StopView,
    handle: async ({ params, body, request }) =>
      presentStop(await releaseStop({ stopId: params.stop_id, actor: actorOf(request, body.released_by) })),
  }),
];

const seeing = ({ getStop, listStops }: StopDeps): Route[] => [
  route({
    method: 'get',
    path: '/emergency-stops',
    scope: 'read',
    tag,
    summary: 'Stops in force (or released ones), newest first, with every run they cover',
    query: z.object({ ...QueryPaging, released: QueryFlag }),
    response: z.array(StopView),
    handle: async ({ query }) => (await listStops(query)).map(presentStop),
  }),
  route({
    method: 'get',
    path: '/emergency-stops/:stop_id',
    scope: 'read',
    tag,
    summary: 'A stop: what was running, and what is confirmed down',
    params: StopParams,
    response: StopView,
    handle: async ({ params }) => presentStop(await getStop(params.stop_id)),
  }),
];

const toScope = (scope: z.output<typeof Scope>): StopScope => {
  if ('assistant_id' in scope) return { assistantId: scope.assistant_id };
  return 'thread_id' in scope ? { threadId: scope.thread_id } : { all: true };
};

const presentScope = (scope: StopScope) => {
  if ('assistantId' in scope) return { assistant_id: scope.assistantId };
  return 'threadId' in scope ? { thread_id: scope.threadId } : scope;
};

const presentStop = ({ stop, runs }: StopCoverage) => ({
  stop_id: stop.stopId,
  scope: presentScope(stop.scope),
  state: stop.releasedAt === null ? 'in_force' : 'released',
  reason: stop.reason,
  requested_by: stop.requestedBy,
  created_at: stop.createdAt,
  released_at: stop.releasedAt,
  released_by: stop.releasedBy,
  runs: runs.map(({ runId, threadId, confirmedAt }) => ({
    run_id: runId,
    thread_id: threadId,
    confirmed: confirmedAt !== null,
    confirmed_at: confirmedAt,
  })),
});
