import { z } from 'zod';
import { pauseNotFound, threadNotFound } from '../../model/not-found.ts';
import type { Cascade, CascadedThread } from '../../lifecycle/cascade.ts';
import type { RequestPause } from '../../lifecycle/pause-thread.ts';
import type { PreviewResume } from '../../lifecycle/preview-resume.ts';
import { presentCheck, type ResumeThread } from '../../lifecycle/resume-thread.ts';
import type { WithdrawPause } from '../../lifecycle/withdraw-pause.ts';
import { isCurrent, type Pause } from '../../model/pause.ts';
import { onceOf } from '../idempotency-key.ts';
import { ownUrl } from '../own-url.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import { QueryPaging, ThreadParams } from '../schemas.ts';
import { scopesOfAnswer } from '../scopes.ts';
import { PauseTermsBody, ResumeBody, toResume, toTerms } from './pause-bodies.ts';
import { PauseView, presentPause } from './pause-view.ts';

/** Where the outside reaches this server; absent: where each caller did. */
export interface PublicPlace {
  publicUrl?: string | undefined;
}

export interface PauseDeps extends PublicPlace {
  storage: {
    threads: { get(threadId: string): Promise<unknown> };
    pauses: {
      current(threadId: string): Promise<Pause | undefined>;
      list(query: { threadId: string; limit: number; offset: number }): Promise<Pause[]>;
    };
  };
  requestPause: RequestPause;
  withdrawPause: WithdrawPause;
  resumeThread: ResumeThread;
  cascade: Cascade;
  previewResume: PreviewResume;
}

const tag = 'pauses';

const CheckView = z
  .looseObject({
    name: z.string(),
    status: z.enum(['passed', 'warning', 'accepted', 'migrated', 'forced', 'skipped', 'failed']),
    detail: z.string().nullable(),
    duration_ms: z.number(),
  })
  .meta({ description: 'What a check of the preflight found' });

const Cascading = z
  .boolean()
  .default(false)
  .meta({ description: 'Also the threads that this one launched (`parent_thread_id` in their metadata)' });

const CascadeView = z.array(
  z.object({ thread_id: z.guid(), state: z.string(), detail: z.string().nullable() }),
);

const presentCascade = (family: CascadedThread[]): z.input<typeof CascadeView> =>
  family.map(({ threadId, state, detail }) => ({ thread_id: threadId, state, detail }));

const AskedView = PauseView.extend({ cascade: CascadeView.optional() });

const ResumedView = z.object({
  run_id: z.guid(),
  attempt: z.number(),
  preflight: z.array(CheckView),
  cascade: CascadeView.optional(),
});

/** Pausing and resuming one thread. */
export const pauseRoutes = (deps: PauseDeps): Route[] => [
  asking(deps),
  withdrawing(deps),
  resuming(deps),
  previewing(deps),
  ...reading(deps),
];

const asking = (deps: PauseDeps): Route =>
  route({
    method: 'post',
    path: '/threads/:thread_id/pause',
    scope: 'operate',
    tag,
    summary:
      'Pause a thread at the end of its step, or now; one that is draining or paused answers with that pause',
    example: { reason: 'waiting for Redis', resume_when: 'event: redis_ready' },
    params: ThreadParams,
    body: PauseTermsBody.extend({ cascade: Cascading }),
    idempotent: true,
    response: AskedView,
    status: 202,
    also: { status: 200, response: AskedView },
    handle: async ({ params, body, request }) => {
      const { pause, created, resumeToken } = await deps.requestPause({
        ...toTerms(body),
        threadId: params.thread_id,
        actor: request.actor,
        once: onceOf(request, { kind: 'pause', threadId: params.thread_id }),
      });
      const token = resumeToken && {
        resume_token: resumeToken,
        resume_url: hookUrl(deps, request, resumeToken),
      };
      const { resumeWhen: _own, reason, ...terms } = toTerms(body);
      const { threadId, pauseId } = pause;
      const family =
        body.cascade && isCurrent(pause) && (await deps.cascade.pause({ threadId, pauseId, reason, terms }));
      return new Reply(created && pause.state === 'draining' ? 202 : 200, {
        ...presentPause(pause),
        ...token,
        ...(family && { cascade: presentCascade(family) }),
      });
    },
  });

/** Where the outside resumes with the token. */
export const hookUrl = ({ publicUrl }: PublicPlace, { headers }: RequestFacts, token: string): string =>
  `${publicUrl ?? ownUrl(headers)}/hooks/${token}`;

const withdrawing = (deps: PauseDeps): Route =>
  route({
    method: 'delete',
    path: '/threads/:thread_id/pause',
    scope: 'operate',
    tag,
    summary: 'Withdraw a pause that is still draining',
    params: ThreadParams,
    response: PauseView,
    handle: async ({ params, request }) =>
      presentPause(await deps.withdrawPause({ threadId: params.thread_id, actor: request.actor })),
  });

const resuming = (deps: PauseDeps): Route =>
  route({
    method: 'post',
    path: '/threads/:thread_id/resume',
    scope: 'operate',
    moreScopes: scopesOfAnswer('command'),
    tag,
    summary: 'Resume a paused or stopped thread, once every check of the preflight passed',
    example: { additional_context: 'Redis is at redis://10.0.0.7' },
    params: ThreadParams,
    body: ResumeBody,
    idempotent: true,
    response: ResumedView,
    status: 202,
    handle: async ({ params, body, request }) => {
      const { thread_id: threadId } = params;
      const { actor } = request;
      const { run, attempt, preflight } = await deps.resumeThread({
        ...toResume(body),
        threadId,
        actor,
        once: onceOf(
          request,
          { kind: 'resume', threadId },
          { field: 'idempotency_key', key: body.idempotency_key },
        ),
      });
      const family = body.cascade === true && (await deps.cascade.resume({ threadId, actor }));
      return new Reply(202, {
        run_id: run.runId,
        attempt,
        preflight: preflight.map(presentCheck),
        ...(family && { cascade: presentCascade(family) }),
      });
    },
  });

const PreviewView = z.object({
  passes: z.boolean().meta({ description: 'Asked for like this, it would resume now' }),
  preflight: z.array(CheckView),
});

const previewing = (deps: PauseDeps): Route =>
  route({
    method: 'post',
    path: '/threads/:thread_id/resume/preflight',
    scope: 'operate',
    tag,
    summary: 'What a resume that is asked for like this would find; nothing changes',
    params: ThreadParams,
    body: ResumeBody,
    response: PreviewView,
    handle: async ({ params, body, request }) => {
      const asked = { ...toResume(body), threadId: params.thread_id, actor: request.actor };
      const preflight = await deps.previewResume(asked);
      const passes = preflight.every(({ status }) => status !== 'failed');
      return { passes, preflight: preflight.map(presentCheck) };
    },
  });

const reading = (deps: PauseDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/pause',
    scope: 'read',
    tag,
    summary: 'The pause that is draining or in which the thread rests',
    params: ThreadParams,
    response: PauseView,
    handle: async ({ params }) => {
      await known(deps.storage, params.thread_id);
      const pause = await deps.storage.pauses.current(params.thread_id);
      if (!pause) throw pauseNotFound(params.thread_id);
      return presentPause(pause);
    },
  }),
  route({
    method: 'get',
    path: '/threads/:thread_id/pauses',
    scope: 'read',
    tag,
    summary: 'All pauses of a thread, newest first',
    params: ThreadParams,
    query: z.object(QueryPaging),
    response: z.array(PauseView),
    handle: async ({ params, query }) => {
      await known(deps.storage, params.thread_id);
      return (await deps.storage.pauses.list({ threadId: params.thread_id, ...query })).map(presentPause);
    },
  }),
];

const known = async ({ threads }: PauseDeps['storage'], threadId: string): Promise<void> => {
  if (!(await threads.get(threadId))) throw threadNotFound(threadId);
};
