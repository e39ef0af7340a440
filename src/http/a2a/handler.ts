import type { ListTasksRequest, ListTasksResponse, StreamResponse, Task } from '@a2a-js/sdk';
import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { z } from 'zod';
import { isFinal, RUN_STATES, type RunState } from '../../model/run-state.ts';
import { check } from '../bounds.ts';
import { Uuid } from '../schemas.ts';
import { searchVisible } from '../visible.ts';
import { cardOf, findTask, guarded, malformed, showTask, type Call } from './call.ts';
import { addPushConfig, getPushConfig, listPushConfigs, removePushConfig } from './push.ts';
import { refusal, RPC_CODES } from './refusals.ts';
import { sendMessage, streamMessage } from './send.ts';
import { followTask } from './stream.ts';
import { TASK_STATES } from './task-view.ts';

/** The protocol's methods on our use-cases, for one request. */
export const createHandler = (call: Call): A2ARequestHandler => ({
  getAgentCard: () => Promise.resolve(cardOf(call)),
  getAuthenticatedExtendedAgentCard: () => Promise.resolve(cardOf(call)),
  sendMessage: (params) => guarded(call, () => sendMessage(call, params)),
  sendMessageStream: (params) => guardedStream(call, streamMessage(call, params)),
  getTask: ({ id, historyLength }) =>
    guarded(call, async () => showTask(call, await findTask(call, id), { historyLength })),
  cancelTask: ({ id }) => guarded(call, () => cancelTask(call, id)),
  resubscribe: ({ id }) => guardedStream(call, resubscribe(call, id)),
  listTasks: (params) => guarded(call, () => listTasks(call, params)),
  createTaskPushNotificationConfig: (params) => guarded(call, () => addPushConfig(call, params)),
  getTaskPushNotificationConfig: (params) => guarded(call, () => getPushConfig(call, params)),
  listTaskPushNotificationConfigs: ({ taskId }) => guarded(call, () => listPushConfigs(call, taskId)),
  deleteTaskPushNotificationConfig: (params) => guarded(call, () => removePushConfig(call, params)),
});

async function* guardedStream(
  call: Call,
  events: AsyncGenerator<StreamResponse>,
): AsyncGenerator<StreamResponse, void, undefined> {
  for (;;) {
    const { done, value } = await guarded(call, () => events.next());
    if (done) return;
    yield value;
  }
}

async function* resubscribe(call: Call, id: string): AsyncGenerator<StreamResponse> {
  const task = await findTask(call, id);
  if (isFinal(task.current.state) && task.questions.length === 0) {
    const message = `Task ${id} has ended: there is nothing to follow.`;
    throw refusal(call.sdk, { code: RPC_CODES.unsupportedOperation, message });
  }
  yield* followTask(call, id);
}

const cancelTask = async (call: Call, id: string): Promise<Task> => {
  const { deps, request, sdk } = call;
  const task = await findTask(call, id);
  const { threadId, runId, state } = task.current;
  // A question is no run that could be ended.
  if (isFinal(state)) {
    const message = `Task ${id} is ${state}: it cannot be cancelled.`;
    throw refusal(sdk, { code: RPC_CODES.taskNotCancelable, message, data: { state } });
  }
  await deps.cancelRun({ threadId, runId, actor: request.actor, reason: 'cancelled by another agent' });
  await deps.awaitRun({ threadId, runId, signal: request.signal });
  return showTask(call, await findTask(call, id));
};

const DEFAULT_PAGE = 50;
const MOST_ON_A_PAGE = 100;

const listTasks = async (call: Call, params: ListTasksRequest): Promise<ListTasksResponse> => {
  const { assistant } = call;
  const limit = Math.min(Math.max(params.pageSize ?? DEFAULT_PAGE, 1), MOST_ON_A_PAGE);
  const offset = offsetIn(call, params.pageToken);
  if (params.contextId !== '' && !check(Uuid, params.contextId).success)
    return { tasks: [], nextPageToken: '', pageSize: limit, totalSize: 0 };
  const states = statesOf(call, params);
  const query = {
    assistantId: assistant.assistantId,
    threadId: params.contextId === '' ? undefined : params.contextId.toLowerCase(),
    updatedAfter: timeIn(call, params.statusTimestampAfter),
    states,
  };
  const { items, total } = await searchVisible(call, {
    search: (page) => call.deps.tasks.search({ ...query, ...page }),
    threadOf: ({ root }) => root.threadId,
    limit,
    offset,
  });
  const showing = { historyLength: params.historyLength ?? 0, artifacts: params.includeArtifacts ?? false };
  const next = offset + limit;
  return {
    tasks: await Promise.all(items.map((task) => showTask(call, task, showing))),
    nextPageToken: next < total ? String(next) : '',
    pageSize: limit,
    totalSize: total,
  };
};

const offsetIn = (call: Call, token: string): number => {
  if (token === '') return 0;
  if (/^\d{1,9}$/.test(token)) return Number(token);
  throw malformed(call, 'pageToken: is none of this server', 'pageToken');
};

const AnyTime = z.iso.datetime({ offset: true });

/** As times are stored, which are compared as texts. */
const timeIn = (call: Call, asked: string | undefined): string | undefined => {
  if (asked === undefined || asked === '') return undefined;
  if (check(AnyTime, asked).success) return new Date(asked).toISOString();
  throw malformed(call, 'statusTimestampAfter: is no time by ISO 8601', 'statusTimestampAfter');
};

const statesOf = ({ sdk }: Call, { status }: ListTasksRequest): RunState[] | undefined => {
  const asked = sdk.types.taskStateToJSON(status);
  if (asked === 'TASK_STATE_UNSPECIFIED') return undefined;
  return RUN_STATES.filter((state) => TASK_STATES[state] === asked);
};
