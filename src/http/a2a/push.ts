import { validateHeaderValue } from 'node:http';
import type { ListTaskPushNotificationConfigsResponse, TaskPushNotificationConfig } from '@a2a-js/sdk';
import { isoTime } from '../../model/clock.ts';
import { HoldpointError } from '../../model/errors.ts';
import { parseDestination } from '../../model/outbound.ts';
import { pushConfigOf, type NewPushConfig, type PushConfig } from '../../model/push-config.ts';
import type { Run } from '../../model/run.ts';
import { findTask, type Call } from './call.ts';
import { refusal, RPC_CODES } from './refusals.ts';

/** A row is found by it, and no index of Postgres takes a text without end. */
const LONGEST_ID = 255;

/**
 * What is asked, checked.
 * @throws {HoldpointError} `invalid_request` for what is no address to post to, a long id, or what no header can carry.
 */
export const readPush = ({ deps, protocol }: Call, asked: TaskPushNotificationConfig): NewPushConfig => {
  parseDestination(asked.url);
  if (asked.id.length > LONGEST_ID) throw refused('id', `is longer than ${LONGEST_ID} characters`);
  const { scheme = '', credentials = '' } = asked.authentication ?? {};
  for (const [field, text] of Object.entries({ token: asked.token, scheme, credentials }))
    if (!fitsHeader(text)) throw refused(field, 'has a sign that no header can carry');
  return {
    configId: asked.id === '' ? deps.newId() : asked.id,
    url: asked.url,
    token: asked.token === '' ? null : asked.token,
    authentication: scheme === '' ? null : { scheme, credentials },
    protocol,
  };
};

const refused = (field: string, problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `${field}: ${problem}`, { details: { field } });

const fitsHeader = (text: string): boolean => {
  try {
    validateHeaderValue('authorization', text);
    return true;
  } catch {
    return false;
  }
};

/** Says where an agent hears of a task that is there. */
export const keepPush = async ({ deps }: Call, root: Run, push: NewPushConfig): Promise<PushConfig> => {
  const config = pushConfigOf(root, { ...push, createdAt: isoTime({ now: deps.now }) });
  await deps.pushConfigs.put(config);
  return config;
};

/**
 * Says where an agent hears of its task. It is told of each rest and each end, at least once, whatever happens to the
 * server.
 */
export const addPushConfig = async (
  call: Call,
  asked: TaskPushNotificationConfig,
): Promise<TaskPushNotificationConfig> => {
  const { root } = await findTask(call, asked.taskId);
  return present(await keepPush(call, root, readPush(call, asked)));
};

interface Named {
  taskId: string;
  id: string;
}

export const getPushConfig = async (
  call: Call,
  { taskId, id }: Named,
): Promise<TaskPushNotificationConfig> => {
  const { root } = await findTask(call, taskId);
  const found =
    id === ''
      ? (await call.deps.pushConfigs.ofTask(root.runId))[0]
      : await call.deps.pushConfigs.get(root.runId, id);
  if (!found) throw noSuchConfig(call, { taskId, id });
  return present(found);
};

export const listPushConfigs = async (
  call: Call,
  taskId: string,
): Promise<ListTaskPushNotificationConfigsResponse> => {
  const { root } = await findTask(call, taskId);
  const configs = await call.deps.pushConfigs.ofTask(root.runId);
  return { configs: configs.map(present), nextPageToken: '' };
};

export const removePushConfig = async (call: Call, { taskId, id }: Named): Promise<void> => {
  const { root } = await findTask(call, taskId);
  if (!(await call.deps.pushConfigs.remove(root.runId, id))) throw noSuchConfig(call, { taskId, id });
};

const noSuchConfig = ({ sdk }: Call, { taskId, id }: Named): Error =>
  refusal(sdk, {
    code: RPC_CODES.invalidParams,
    message: `Task ${taskId} has no push notification config ${id}.`,
    data: { task_id: taskId, id },
  });

/** What proves who sends it is not shown again. */
const present = ({ taskId, configId, url, authentication }: PushConfig): TaskPushNotificationConfig => ({
  tenant: '',
  id: configId,
  taskId,
  url,
  token: '',
  authentication: authentication ? { scheme: authentication.scheme, credentials: '' } : undefined,
});
