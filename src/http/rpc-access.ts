import { isRecord } from '../model/json.ts';

/** What each method of A2A does to threads, in the words of a project's authorisation. What is not here reads. */
const A2A_ACTIONS = new Map(
  Object.entries({
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
  }),
);

/** The same of the tools of MCP that are no assistant. */
const MCP_ACTIONS = new Map(
  Object.entries({
    list_questions: 'read',
    get_run: 'read',
    decide: 'create_run',
    pause: 'update',
    resume: 'update',
  }),
);

/** The events by which a call of another protocol is authorised, or several that are sent at once: each once. */
export const rpcEvents = (protocol: string, body: unknown): string[] => {
  const events = Array.isArray(body)
    ? body.map((call) => eventOf(protocol, call))
    : [eventOf(protocol, body)];
  return [...new Set(events)];
};

const eventOf = (protocol: string, body: unknown): string => {
  const method = isRecord(body) ? String(body['method']) : '';
  if (protocol === 'a2a') return `threads:${A2A_ACTIONS.get(method) ?? 'read'}`;
  if (method !== 'tools/call') return 'threads:read';
  const params = isRecord(body) && isRecord(body['params']) ? body['params'] : {};
  return `threads:${MCP_ACTIONS.get(String(params['name'])) ?? 'create_run'}`;
};
