import { z } from 'zod';
import type { PauseScopeInput, PausedScope } from '../../lifecycle/pause-scope.ts';
import { NEW_RUNS, type ScopePause } from '../../model/scope-pause.ts';
import { pageHeaders } from '../present.ts';
import { onceOf } from '../idempotency-key.ts';
import { Reply, route, type Route } from '../route.ts';
import { QueryPaging } from '../schemas.ts';
import { ResumeUrl } from './pause-view.ts';
import { PauseTermsBody, toTerms } from './pause-bodies.ts';
import { hookUrl, type PublicPlace } from './pauses.ts';
import { NewRunsBody, presentScope, RedirectTo, ScopeBody, toScope } from './scope-body.ts';

export interface CountedScope {
  pause: ScopePause;
  count: { draining: number; paused: number; held: number };
}

export interface ScopeDeps extends PublicPlace {
  scopes: {
    pause(input: PauseScopeInput): Promise<PausedScope>;
    resume(input: { scopePauseId: string; actor: string }): Promise<ScopePause>;
    /** @throws {HoldpointError} `pause_not_found`. */
    get(scopePauseId: string): Promise<CountedScope>;
    list(query: {
      state?: ScopePause['state'] | undefined;
      limit: number;
      offset: number;
    }): Promise<{ items: CountedScope[]; total: number }>;
  };
}

const tag = 'scope pauses';

const ScopePauseBody = PauseTermsBody.extend({
  scope: ScopeBody,
  new_runs: NewRunsBody.optional(),
  redirect_to: RedirectTo.nullish(),
});

const ScopePauseView = z.object({
  pause_id: z.guid(),
  scope: z.record(z.string(), z.unknown()),
  state: z.enum(['active', 'resumed']),
  reason: z.string(),
  new_runs: z.enum(NEW_RUNS),
  redirect_to: z.string().nullable(),
  resume_when: z.unknown(),
  window_id: z.string().nullable(),
  requested_by: z.string(),
  requested_at: z.string(),
  ended_by: z.string().nullable(),
  ended_at: z.string().nullable(),
  runs: z.object({ draining: z.number(), paused: z.number(), held: z.number() }).optional().meta({
    description: 'Runs in scope: on their way to a stop, at rest in this pause, held back in the queue',
  }),
  resume_token: z.string().optional().meta({ description: 'Told only by the answer that created the pause' }),
  resume_url: ResumeUrl.optional(),
});

const PauseParams = z.object({ pause_id: z.guid('is not a UUID').transform((id) => id.toLowerCase()) });

/** Pausing an assistant, a graph or everything. */
export const scopePauseRoutes = (deps: ScopeDeps): Route[] => [
  asking(deps),
  resuming(deps),
  ...reading(deps),
];

const asking = (deps: ScopeDeps): Route =>
  route({
    method: 'post',
    path: '/pauses',
    scope: 'operate',
    tag,
    summary: 'Pause a thread, an assistant, a graph or everything: what runs and what comes',
    example: { scope: { graph_id: 'agent' }, reason: 'database maintenance', new_runs: 'queue' },
    body: ScopePauseBody,
    idempotent: true,
    response: ScopePauseView,
    status: 202,
    handle: async ({ body, request }) => {
      const { resumeWhen = null, ...terms } = toTerms(body);
      const { pause, resumeToken } = await deps.scopes.pause({
        scope: toScope(body.scope),
        terms,
        newRuns: body.new_runs ?? 'queue',
        redirectTo: body.redirect_to ?? null,
        resumeWhen,
        actor: request.actor,
        once: onceOf(request, { kind: 'scope pause' }),
      });
      return {
        ...presentScopePause(pause),
        ...(resumeToken !== null && {
          resume_token: resumeToken,
          resume_url: hookUrl(deps, request, resumeToken),
        }),
      };
    },
  });

const resuming = (deps: ScopeDeps): Route =>
  route({
    method: 'post',
    path: '/pauses/:pause_id/resume',
    scope: 'operate',
    tag,
    summary:
      'Let a paused scope go on: threads it paused resume through their preflight, held runs start in order',
    params: PauseParams,
    response: ScopePauseView,
    status: 202,
    handle: async ({ params, request }) =>
      presentScopePause(await deps.scopes.resume({ scopePauseId: params.pause_id, actor: request.actor })),
  });

const reading = (deps: ScopeDeps): Route[] => [
  route({
    method: 'get',
    path: '/pauses',
    scope: 'read',
    tag,
    summary: 'List pauses of scopes, newest first',
    query: z.object({ state: z.enum(['active', 'resumed']).optional(), ...QueryPaging }),
    response: z.array(ScopePauseView),
    handle: async ({ query }) => {
      const { items, total } = await deps.scopes.list(query);
      return new Reply(200, items.map(presentCounted), pageHeaders(total, query));
    },
  }),
  route({
    method: 'get',
    path: '/pauses/:pause_id',
    scope: 'read',
    tag,
    summary: 'Get a pause of a scope, with how many runs it holds',
    params: PauseParams,
    response: ScopePauseView,
    handle: async ({ params }) => presentCounted(await deps.scopes.get(params.pause_id)),
  }),
];

const presentCounted = ({ pause, count }: CountedScope) => ({ ...presentScopePause(pause), runs: count });

const presentScopePause = (pause: ScopePause) => ({
  pause_id: pause.scopePauseId,
  scope: presentScope(pause.scope),
  state: pause.state,
  reason: pause.terms.reason,
  new_runs: pause.newRuns,
  redirect_to: pause.redirectTo,
  resume_when: pause.resumeWhen,
  window_id: pause.windowId,
  requested_by: pause.requestedBy,
  requested_at: pause.requestedAt,
  ended_by: pause.endedBy,
  ended_at: pause.endedAt,
});
