import { api, bodyOf, once } from './client.ts';
import { ownName } from './identity.ts';
import { WATCHED } from './launch.ts';
import { newId } from './new-id.ts';
import type { paths } from './schema.ts';

/** Who says it, where a person has given a name. */
const named = <Field extends string>(field: Field): { [K in Field]?: string } =>
  (ownName.get() === '' ? {} : { [field]: ownName.get() }) as { [K in Field]?: string };

export type DecisionKind = 'approve' | 'edit' | 'reject' | 'respond';

export interface Verdict {
  decision: DecisionKind;
  args?: Record<string, unknown>;
  message?: string;
  answer?: unknown;
}

export interface DecisionInput {
  approvalId: string;
  payloadHash: string;
  verdicts: Verdict[];
  additionalContext?: string | undefined;
  remember?: 'thread' | 'assistant' | undefined;
}

/** Decides a question, once: the hash of what was shown goes along, so that nothing else is decided. */
export const decide = ({ approvalId, payloadHash, verdicts, additionalContext, remember }: DecisionInput) => {
  const [only] = verdicts;
  const said = verdicts.length === 1 && only ? { ...only } : { decisions: verdicts };
  return bodyOf(
    api.POST('/approvals/{approval_id}/decision', {
      params: { path: { approval_id: approvalId } },
      body: {
        ...said,
        payload_hash: payloadHash,
        ...named('decided_by'),
        ...(additionalContext && { additional_context: additionalContext }),
        ...(remember && { remember }),
      } as paths['/approvals/{approval_id}/decision']['post']['requestBody'] extends infer Body
        ? Body extends { content: { 'application/json': infer Json } }
          ? Json
          : never
        : never,
    }),
  );
};

export type StopScope = { all: true } | { assistant_id: string } | { thread_id: string };

export interface ScopeAsk {
  scope: StopScope;
  reason: string;
}

export const stopNow = (asked: ScopeAsk, key: string) =>
  bodyOf(
    api.POST('/emergency-stops', {
      params: { header: once(key) },
      body: { ...asked, ...named('requested_by') },
    }),
  );

export const releaseStop = (stopId: string) =>
  bodyOf(
    api.POST('/emergency-stops/{stop_id}/release', {
      params: { path: { stop_id: stopId } },
      body: named('released_by'),
    }),
  );

export const pauseScope = (body: ScopeAsk, key: string) =>
  bodyOf(api.POST('/pauses', { params: { header: once(key) }, body }));

export const resumeScope = (pauseId: string) =>
  bodyOf(api.POST('/pauses/{pause_id}/resume', { params: { path: { pause_id: pauseId } } }));

type PauseBody = NonNullable<
  paths['/threads/{thread_id}/pause']['post']['requestBody']
>['content']['application/json'];
type ResumeBody = NonNullable<
  paths['/threads/{thread_id}/resume']['post']['requestBody']
>['content']['application/json'];

const onThread = (threadId: string) => ({ params: { path: { thread_id: threadId } } });

export const pauseThread = (threadId: string, body: PauseBody, key = newId()) => {
  const params = { ...onThread(threadId).params, header: once(key) };
  return bodyOf(api.POST('/threads/{thread_id}/pause', { params, body }));
};

export const withdrawPause = (threadId: string) =>
  bodyOf(api.DELETE('/threads/{thread_id}/pause', onThread(threadId)));

export const resumeThread = (threadId: string, body: ResumeBody) =>
  bodyOf(api.POST('/threads/{thread_id}/resume', { ...onThread(threadId), body }));

export const deleteThread = (threadId: string) =>
  bodyOf(api.DELETE('/threads/{thread_id}', onThread(threadId)));

export type ResumeAsk = ResumeBody;

/** What a resume asked for like this would find; nothing changes. */
export const previewResume = (threadId: string, body: ResumeBody) =>
  bodyOf(api.POST('/threads/{thread_id}/resume/preflight', { ...onThread(threadId), body }));

/** A thread with the same states, which nothing has run on. */
export const copyThread = async (threadId: string): Promise<string> =>
  (await bodyOf(api.POST('/threads/{thread_id}/copy', onThread(threadId)))).thread_id;

export interface ForkInput {
  /** The copy. */
  threadId: string;
  checkpointId: string;
  assistantId: string;
  /** Merged into the state as if a node had returned them. */
  values?: Record<string, unknown> | undefined;
}

/** Lets the copy of a thread go on from one of its checkpoints. */
export const goOnFrom = async ({ threadId, checkpointId, assistantId, values }: ForkInput): Promise<void> => {
  if (values)
    await bodyOf(
      api.POST('/threads/{thread_id}/state', {
        ...onThread(threadId),
        body: { values, checkpoint_id: checkpointId },
      }),
    );
  await bodyOf(
    api.POST('/threads/{thread_id}/runs', {
      ...onThread(threadId),
      body: {
        assistant_id: assistantId,
        input: null,
        stream_mode: WATCHED,
        ...(!values && { checkpoint_id: checkpointId }),
      },
    }),
  );
};
