import { z } from 'zod';
import { digest } from '../../lifecycle/digest.ts';
import { idOfKey, type KeyPlace, type Once } from '../../lifecycle/once.ts';
import { isActive } from '../../model/run-state.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import { check } from '../bounds.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { findTask, malformed, notNow, type Call } from './call.ts';
import { EXTENSION_METHODS, type ExtensionMethod } from './extension.ts';
import { untilRest } from './send.ts';

const PauseParams = z.object({
  id: z.string(),
  reason: z.string().trim().min(1).max(2000).default('asked for by another agent'),
  mode: z.enum(['drain', 'now']).default('drain'),
  returnImmediately: z.boolean().default(false),
});

const ResumeParams = z.object({
  id: z.string(),
  additionalContext: z.string().max(100_000).optional(),
  data: z.unknown().optional(),
  onDrift: z.enum(['refuse', 'accept', 'migrate']).default('refuse'),
  force: z.boolean().default(false),
  fromCheckpointId: z.string().min(1).optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
});

/** The methods of the extension. Answers the task as it then is. */
export const hold = (call: Call, method: ExtensionMethod, params: unknown): Promise<AgentTask> =>
  EXTENSION_METHODS[method] === 'pause' ? pause(call, params) : resume(call, params);

/** Suspends a task that is worked on, at the end of its step. Answers once it is suspended, or at once. */
const pause = async (call: Call, params: unknown): Promise<AgentTask> => {
  const { deps, request } = call;
  const { id, reason, mode, returnImmediately } = read(call, PauseParams, params);
  const task = await findTask(call, id);
  if (!isActive(task.current.state)) throw notNow(call, task, 'only a task that is worked on can be paused.');
  const { threadId, runId } = task.current;
  await deps.requestPause({ threadId, runId, reason, mode, actor: request.actor });
  return returnImmediately ? findTask(call, id) : untilRest(call, id);
};

/** Lets a suspended task go on, once every check of the preflight passed; else it stays as it was. */
const resume = async (call: Call, params: unknown): Promise<AgentTask> => {
  const { deps, request } = call;
  const asked = read(call, ResumeParams, params);
  const task = await findTask(call, asked.id);
  const { threadId, state } = task.current;
  if (state !== 'paused' && state !== 'stopped')
    throw notNow(call, task, 'only a suspended task can be resumed.');
  await deps.resumeThread({
    threadId,
    actor: request.actor,
    trigger: 'manual',
    additionalContext: asked.additionalContext ?? null,
    data: incomingState(asked.data, 'data') ?? null,
    onDrift: asked.onDrift,
    force: asked.force,
    fromCheckpointId: asked.fromCheckpointId ?? null,
    once: onceOf(asked, { kind: 'resume', actor: request.actor, threadId }),
  });
  return findTask(call, asked.id);
};

/** With the same key it resumes once. */
const onceOf = (asked: z.output<typeof ResumeParams>, place: KeyPlace): Once | undefined => {
  const { idempotencyKey: key } = asked;
  return key === undefined
    ? undefined
    : { id: idOfKey(key, place), requestHash: digest(asked), field: 'idempotencyKey' };
};

const read = <T extends z.ZodType>(call: Call, schema: T, params: unknown): z.output<T> => {
  const parsed = check(schema, params ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw malformed(call, `${field || 'params'}: ${issue?.message ?? 'is not valid'}`, field || 'params');
};
