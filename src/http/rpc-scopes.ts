import type { Scope } from '../model/api-key.ts';
import { isRecord } from '../model/json.ts';
import type { MoreScopes } from './scopes.ts';

/** Of a call, or of each of several that are sent at once. */
const ofEach =
  (scopesOf: (method: string, params: Record<string, unknown>) => Scope[]): MoreScopes['of'] =>
  (body) =>
    [body].flat().flatMap((call) => {
      if (!isRecord(call) || typeof call['method'] !== 'string') return [];
      return scopesOf(call['method'], isRecord(call['params']) ? call['params'] : {});
    });

/** A message to a task that is there is the answer to its question. */
export const scopesOfA2a: MoreScopes = {
  says: 'a message needs `run`, to a task that is there also `decide`; pausing and resuming need `operate`, what reads needs `read`',
  of: ofEach((method, { message }) => {
    if (/pause|resume/i.test(method)) return ['operate'];
    if (/^(get|list|subscribe)|\/(get|list|resubscribe)/i.test(method)) return ['read'];
    const answers = isRecord(message) && Boolean(message['taskId'] ?? message['task_id']);
    return answers ? ['run', 'decide'] : ['run'];
  }),
};

const TOOLS = new Map<string, Scope>(
  Object.entries({
    get_run: 'read',
    list_questions: 'read',
    decide: 'decide',
    pause: 'operate',
    resume: 'operate',
  } as const),
);

/** Every other tool is an agent. */
export const scopesOfMcp: MoreScopes = {
  says: 'an agent needs `run`, `decide` needs `decide`, `pause` and `resume` need `operate`, what reads needs `read`',
  of: ofEach((method, { name }) => (method === 'tools/call' ? [TOOLS.get(String(name)) ?? 'run'] : [])),
};
