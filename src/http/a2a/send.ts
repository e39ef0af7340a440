import type { Message, SendMessageRequest, StreamResponse, Task } from '@a2a-js/sdk';
import { passesFilters } from '../../model/auth-filter.ts';
import { isHoldpointError } from '../../model/errors.ts';
import { threadNotFound } from '../../model/not-found.ts';
import { isActive } from '../../model/run-state.ts';
import type { NewPushConfig } from '../../model/push-config.ts';
import type { Run } from '../../model/run.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import { check } from '../bounds.ts';
import { toLaunchInput } from '../platform/run-request.ts';
import { actorOf, readAs } from '../route.ts';
import { RunCreate, Uuid } from '../schemas.ts';
import { findTask, malformed, notNow, ownedBy, showTask, type Call } from './call.ts';
import { toAnswer, toInput } from './incoming.ts';
import { keepPush, readPush } from './push.ts';
import { followTask } from './stream.ts';

/** A message that begins a task, or answers its question. Answers with the task once it rests, or at once. */
export const sendMessage = async (call: Call, params: SendMessageRequest): Promise<Task> => {
  const { configuration } = params;
  const id = await begin(call, params, false);
  const task = configuration?.returnImmediately ? await findTask(call, id) : await untilRest(call, id);
  return showTask(call, task, { historyLength: configuration?.historyLength });
};

/** The same, followed. */
export async function* streamMessage(call: Call, params: SendMessageRequest): AsyncGenerator<StreamResponse> {
  yield* followTask(call, await begin(call, params, true));
}

/** The task once nothing moves it: it has ended, is held, or waits for somebody. */
export const untilRest = async (call: Call, id: string): Promise<AgentTask> => {
  const { deps, request } = call;
  for (;;) {
    const task = await findTask(call, id);
    const { threadId, runId, state } = task.current;
    if (!isActive(state) || request.signal.aborted) return task;
    await deps.awaitRun({ threadId, runId, signal: request.signal });
  }
};

/** Answers the task's id. It is on disk. */
const begin = async (call: Call, { message, configuration }: SendMessageRequest, live: boolean) => {
  if (!message) throw malformed(call, 'message: is missing', 'message');
  const asked = configuration?.taskPushNotificationConfig;
  const push = asked && readPush(call, asked);
  return message.taskId === '' ? launch(call, message, { live, push }) : answer(call, message, push);
};

interface Begun {
  live: boolean;
  push: NewPushConfig | undefined;
}

const launch = async (call: Call, message: Message, { live, push }: Begun): Promise<string> => {
  const { deps, assistant, request } = call;
  const threadId = await contextOf(call, message);
  const body = readAs(RunCreate, {
    assistant_id: assistant.assistantId,
    input: toInput(message),
    if_not_exists: 'create',
    multitask_strategy: 'enqueue',
    stream_mode: ['messages-tuple'],
    metadata: { ...message.metadata, ...ownedBy(call), a2a: { message_id: message.messageId } },
  });
  const input = toLaunchInput({ threadId, body, request, live }, deps.newId);
  const run = await deps.launchRun({ ...input, push });
  return run.runId;
};

/** The thread of the conversation; a new one where none is named. */
const contextOf = async (call: Call, { contextId }: Message): Promise<string> => {
  const { deps, request } = call;
  if (contextId === '') return deps.newId();
  const threadId = check(Uuid, contextId);
  if (!threadId.success)
    throw malformed(call, 'contextId: is not a UUID, as contexts have here', 'contextId');
  const metadata = await metadataOf(call, threadId.data);
  if (metadata && request.filters && !passesFilters(metadata, request.filters))
    throw threadNotFound(threadId.data);
  return threadId.data;
};

const metadataOf = async ({ deps }: Call, threadId: string) => {
  try {
    return (await deps.threads.get(threadId)).thread.metadata;
  } catch (error) {
    if (isHoldpointError(error) && error.code === 'thread_not_found') return undefined;
    throw error;
  }
};

const answer = async (call: Call, message: Message, push: NewPushConfig | undefined): Promise<string> => {
  const { deps, request } = call;
  const task = await findTask(call, message.taskId);
  const { root, current, questions } = task;
  if (message.contextId !== '' && message.contextId !== root.threadId)
    throw malformed(call, 'contextId: is not that of the task', 'contextId');
  if (current.state !== 'interrupted') throw notNow(call, task, ANSWERED_ONLY);
  const said = toAnswer(message, questions);
  if (push) await keepPush(call, root, push); // before the answer, whose end it is to tell of
  if (said.kind === 'decide') {
    const { kind: _kind, claimed, ...decision } = said;
    const { actor, traceparent } = request;
    const decidedBy = actorOf(request, claimed);
    await deps.decideApproval({ ...decision, decidedBy, actor, traceparent });
  } else await resumeWith(call, current, said.resume);
  return root.runId;
};

const ANSWERED_ONLY =
  'it takes a message only while it waits for one. For another task in the same context send no taskId.';

/** An answer in the graph's own words, as `command.resume` on the LangGraph wire. */
const resumeWith = async ({ deps, request }: Call, { threadId, assistantId }: Run, resume: unknown) => {
  const body = readAs(RunCreate, {
    assistant_id: assistantId,
    command: { resume },
    stream_mode: ['messages-tuple'],
  });
  await deps.launchRun(toLaunchInput({ threadId, body, request, live: true }, deps.newId));
};
