import { isRecord } from '../model/json.ts';

/** What each method of A2A does to threads, in the words of a project's authorisation. What is not here reads. */
const A2A_ACTIONS: Record<string, string | undefined> = {
  SendMessage: 'create_run',
  SendStreamingMessage: 'create_run',
  'message/send': 'create_run',
  'message/stream': 'create_run',
  CancelTask: 'update',
  'tasks/cancel': 'update',
  PauseTask: 'update',
  'tasks/pause': 'update',
  ResumeTask: 'update',
  'tasks/resume': 'update',
  CreateTaskPushNotificationConfig: 'update',
  'tasks/pushNotificationConfig/set': 'update',
  DeleteTaskPushNotificationConfig: 'update',
  'tasks/pushNotificationConfig/delete': 'update',
};

/** The same of the tools of MCP that are no assistant. */
const MCP_ACTIONS: Record<string, string | undefined> = {
  list_questions: 'read',
  get_run: 'read',
  decide: 'create_run',
  pause: 'update',
  resume: 'update',
};

/** The event by which a call of another protocol is authorised. */
export const rpcEvent = (protocol: string, body: unknown): string => {
  const method = isRecord(body) ? String(body['method']) : '';
  if (protocol === 'a2a') return `threads:${A2A_ACTIONS[method] ?? 'read'}`;
  if (method !== 'tools/call') return 'threads:read';
  const params = isRecord(body) && isRecord(body['params']) ? body['params'] : {};
  return `threads:${MCP_ACTIONS[String(params['name'])] ?? 'create_run'}`;
};
