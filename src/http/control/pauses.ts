import { z } from 'zod';
import { pauseNotFound, threadNotFound } from '../../model/not-found.ts';
import type { Cascade, CascadedThread } from '../../lifecycle/cascade.ts';
import type { RequestPause } from '../../lifecycle/pause-thread.ts';
import type { PreviewResume } from '../../lifecycle/preview-resume.ts';
import { presentCheck, type ResumeThread } from '../../lifecycle/resume-thread.ts';
import type { WithdrawPause } from '../../lifecycle/withdraw-pause.ts';
import {
  isCurrent,
  ON_TIMEOUT,
  PAUSE_MODES,
  RELEASES,
  RESUME_BEHAVIORS,
  type Pause,
} from '../../model/pause.ts';
import type { RunCommand } from '../../model/run.ts';
import { ResumeWhen } from '../../model/resume-condition.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { LONGEST_KEY, onceOf } from '../idempotency-key.ts';
import { ownUrl } from '../own-url.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import { CommandBody, QueryPaging, ThreadParams } from '../schemas.ts';
import { scopesOfAnswer } from '../scopes.ts';
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

/** What a pause of a thread, an assistant or everything is asked for with. */
export const PauseTermsBody = z.object({
  reason: z.string().trim().min(1).max(2000),
  mode: z.enum(PAUSE_MODES).optional(),
  drain_timeout_ms: z.int().min(1).max(86_400_000).optional(),
  on_timeout: z.enum(ON_TIMEOUT).optional(),
  resume_behavior: z.enum(RESUME_BEHAVIORS).optional(),
  release: z.enum(RELEASES).optional(),
  resume_when: ResumeWhen.nullish(),
});

/** The terms as the use-case takes them. */
export const toTerms = (body: z.output<typeof PauseTermsBody>) => ({
  reason: body.reason,
  ...(body.mode && { mode: body.mode }),
  ...(body.drain_timeout_ms !== undefined && { drainTimeoutMs: body.drain_timeout_ms }),
  ...(body.on_timeout && { onTimeout: body.on_timeout }),
  ...(body.resume_behavior && { resumeBehavior: body.resume_behavior }),
  ...(body.release && { release: body.release }),
  ...(body.resume_when != null && { resumeWhen: body.resume_when }),
});

const ResumeBody = z
  .object({
    trigger: z.string().min(1).max(200).nullish(),
    data: z.unknown().optional(),
    additional_context: z.string().max(100_000).nullish(),
    command: CommandBody.nullish(),
    on_drift: z.enum(['refuse', 'accept', 'migrate']).nullish(),
    force: z.boolean().nullish(),
    from_checkpoint_id: z.string().min(1).nullish(),
    resume_token: z.string().nullish(),
    idempotency_key: z.string().min(1).max(LONGEST_KEY).nullish().meta({
      description:
        'As the header `Idempotency-Key`: asked again with the same key, it resumes once and answers the same, until it is resumed anew',
    }),
    cascade: z.boolean().nullish().meta({ description: 'Also the threads that were paused with it' }),
    budget: z
      .strictObject({ max_tokens: z.int().min(1).optional(), max_cost: z.number().positive().optional() })
      .nullish()
      .meta({ description: 'What the run may spend from now on, where a budget was reached' }),
  })
  .prefault({});

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

/** What is asked of a resume, as the use-case takes it. */
const toResume = (body: z.output<typeof ResumeBody>) => ({
  ...broughtAlong(body),
  trigger: body.trigger ?? 'manual',
  onDrift: body.on_drift ?? 'refuse',
  force: body.force ?? false,
  fromCheckpointId: body.from_checkpoint_id ?? null,
  resumeToken: body.resume_token ?? null,
});

const resuming = (deps: PauseDeps): Route =>
  route({
    method: 'post',
    path: '/threads/:thread_id/resume',
    scope: 'operate',
    moreScopes: scopesOfAnswer,
    tag,
    summary: 'Resume a paused or stopped thread, once every check of the preflight passed',
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

/** What the run is given to go on with. */
const broughtAlong = (body: z.output<typeof ResumeBody>) => ({
  data: incomingState(body.data, 'data') ?? null,
  additionalContext: body.additional_context ?? null,
  command: (incomingState(body.command ?? undefined, 'command') as RunCommand | undefined) ?? null,
  budget: body.budget ? budgetOf(body.budget) : null,
});

const budgetOf = ({
  max_tokens: maxTokens,
  max_cost: maxCost,
}: NonNullable<z.output<typeof ResumeBody>['budget']>) => ({
  ...(maxTokens !== undefined && { maxTokens }),
  ...(maxCost !== undefined && { maxCost }),
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
