import type { NoticeMessage, NoticeWriter } from '../../lifecycle/send-notices.ts';
import type { PushConfig } from '../../model/push-config.ts';
import type { Run } from '../../model/run.ts';
import type { Tasks } from '../../resources/tasks.ts';
import type { A2aDeps } from './deps.ts';
import { loadSdk } from './sdk.ts';
import { viewTask, type TaskJson } from './task-view.ts';

interface PushDeps extends Pick<A2aDeps, 'pauseOf' | 'runResult'> {
  tasks: Tasks;
  runs: { get(runId: string): Promise<Run | undefined> };
  pushConfigs: { ofThread(threadId: string): Promise<PushConfig[]> };
}

/** Tells an agent of its task: the task as it is now, in the version of the protocol it asked in. */
export const createPushMessages = (deps: PushDeps): NoticeWriter => {
  return async ({ kind, threadId, runId }) => {
    if (kind !== 'run' || threadId === null || runId === null) return [];
    const configs = await deps.pushConfigs.ofThread(threadId);
    const run = configs.length > 0 ? await deps.runs.get(runId) : undefined;
    if (!run) return [];
    const task = await deps.tasks.ofRun(run);
    const mine = configs.filter(({ taskId }) => taskId === task.root.runId);
    if (mine.length === 0) return [];
    const { current } = task;
    const values = JSON.parse(await deps.runResult(current)) as unknown;
    const pause = await deps.pauseOf(current);
    const view = viewTask({ task, pause, values, historyLength: 0 });
    return Promise.all(mine.map((config) => pushMessage(config, view)));
  };
};

const pushMessage = async (config: PushConfig, task: TaskJson): Promise<NoticeMessage> => {
  const { types, server, legacy } = await loadSdk();
  const serializer =
    config.protocol === '0.3'
      ? new legacy.V03PushNotificationSerializer()
      : new server.V1PushNotificationSerializer();
  const { body, contentType } = serializer.serialize(types.StreamResponse.fromJSON({ task }));
  return {
    to: config.configId,
    kind: 'a2a.task',
    url: config.url,
    body: JSON.parse(body) as unknown,
    headers: { 'content-type': contentType, ...proof(config) },
  };
};

/** By what the receiver knows the sender. */
const proof = ({ authentication, token }: PushConfig): Record<string, string> => {
  if (authentication)
    return { authorization: `${authentication.scheme} ${authentication.credentials}`.trim() };
  return token === null ? {} : { 'x-a2a-notification-token': token };
};
