import type { GuardedInput, Route } from './route.ts';

export type Resource = 'thread' | 'assistant' | 'cron';

/** How a request is authorised: which event the project's handlers are asked, and what their filters apply to. */
export interface Access {
  kind:
    | 'one'
    | 'follow'
    | 'create'
    | 'oneById'
    | 'onThread'
    | 'launch'
    | 'ofApproval'
    | 'approvals'
    | 'command'
    | 'batch'
    | 'search'
    | 'prune'
    | 'cancelRuns'
    | 'deleteAssistant'
    | 'copy'
    | 'store'
    | 'server'
    | 'rpc'
    | 'card'
    | 'signedIn';
  event: string;
  resource: Resource;
  /** Of a search in vain. */
  nothing?: unknown;
  /** Where a store request names its namespace. */
  namespace?: ['body' | 'query', string];
}

const thread = (kind: Access['kind'], action: string): Access => ({
  kind,
  event: `threads:${action}`,
  resource: 'thread',
});
const assistant = (kind: Access['kind'], action: string): Access => ({
  kind,
  event: `assistants:${action}`,
  resource: 'assistant',
});
const cron = (kind: Access['kind'], action: string): Access => ({
  kind,
  event: `crons:${action}`,
  resource: 'cron',
});
const store = (action: string, part: 'body' | 'query', field: string): Access => ({
  kind: 'store',
  event: `store:${action}`,
  resource: 'thread',
  namespace: [part, field],
});
/** A call of another protocol: its method says what it does. */
const rpc = (protocol: 'a2a' | 'mcp'): Access => ({ kind: 'rpc', event: protocol, resource: 'thread' });
const signedIn: Access = { kind: 'signedIn', event: '', resource: 'thread' };

/** By method and path. What is not here falls back to a rule by its parameters, which never allows more. */
export const ACCESS: Record<string, Access | undefined> = {
  'get /ok': signedIn,
  'get /info': signedIn,
  'get /docs': signedIn,
  'get /openapi.json': signedIn,
  'get /metrics': signedIn,
  'get /.well-known/agent-card.json': assistant('card', 'read'),
  'post /a2a/:assistant_id': rpc('a2a'),
  'post /mcp': rpc('mcp'),
  'get /mcp': signedIn,
  'delete /mcp': signedIn,
  'post /ui/:agent': signedIn,
  'get /ui/:agent/:file': signedIn,

  'post /threads': thread('create', 'create'),
  'post /threads/search': thread('search', 'search'),
  'post /threads/count': { ...thread('search', 'search'), nothing: 0 },
  'post /threads/prune': thread('prune', 'delete'),
  'post /threads/:thread_id/copy': thread('copy', 'read'),
  'delete /threads/:thread_id': thread('one', 'delete'),
  'post /threads/:thread_id/history': thread('one', 'read'),
  'post /threads/:thread_id/state/checkpoint': thread('one', 'read'),
  'post /threads/:thread_id/stream/events': thread('one', 'read'),
  'post /threads/:thread_id/runs': thread('onThread', 'create_run'),
  'post /threads/:thread_id/runs/stream': thread('onThread', 'create_run'),
  'post /threads/:thread_id/runs/wait': thread('onThread', 'create_run'),
  'get /threads/:thread_id/runs/:run_id/join': thread('follow', 'read'),
  'get /threads/:thread_id/runs/:run_id/stream': thread('follow', 'read'),
  'get /runs/:run_id/join': thread('follow', 'read'),
  'get /runs/:run_id/stream': thread('follow', 'read'),
  'delete /threads/:thread_id/runs/:run_id': thread('one', 'delete'),
  'post /threads/:thread_id/commands': thread('command', 'update'),
  'post /agent/launch': thread('launch', 'create_run'),
  'post /agent/pause': thread('oneById', 'update'),
  'post /agent/resume': thread('oneById', 'update'),
  'get /agent/:id': thread('oneById', 'read'),
  'get /approvals': { ...thread('approvals', 'read'), event: 'holdpoint:read' },
  'get /approvals/:approval_id': thread('ofApproval', 'read'),
  'patch /approvals/:approval_id': thread('ofApproval', 'update'),
  'post /approvals/:approval_id/decision': thread('ofApproval', 'update'),
  'post /runs': thread('onThread', 'create_run'),
  'post /runs/stream': thread('onThread', 'create_run'),
  'post /runs/wait': thread('onThread', 'create_run'),
  'post /runs/batch': thread('batch', 'create_run'),
  'post /runs/cancel': thread('cancelRuns', 'update'),

  'post /assistants': assistant('create', 'create'),
  'post /assistants/search': assistant('search', 'search'),
  'post /assistants/count': { ...assistant('search', 'search'), nothing: 0 },
  'post /assistants/:assistant_id/versions': assistant('one', 'read'),
  'delete /assistants/:assistant_id': assistant('deleteAssistant', 'delete'),

  'post /runs/crons': cron('onThread', 'create'),
  'post /threads/:thread_id/runs/crons': cron('onThread', 'create'),
  'post /runs/crons/search': cron('search', 'search'),
  'post /runs/crons/count': { ...cron('search', 'search'), nothing: 0 },
  'delete /runs/crons/:cron_id': cron('one', 'delete'),

  'put /store/items': store('put', 'body', 'namespace'),
  'get /store/items': store('get', 'query', 'namespace'),
  'delete /store/items': store('delete', 'body', 'namespace'),
  'post /store/items/search': store('search', 'body', 'namespace_prefix'),
  'post /store/namespaces': store('list_namespaces', 'body', 'prefix'),
};

/** Reading or changing the resource that the path names; else the whole server. */
export const fallbackAccess = ({ method }: Route, { params = {} }: GuardedInput): Access => {
  const action = method === 'get' ? 'read' : 'update';
  if ('thread_id' in params || 'run_id' in params) return thread('one', action);
  if ('assistant_id' in params) return assistant('one', action);
  if ('cron_id' in params) return cron('one', action);
  return { kind: 'server', event: `holdpoint:${action}`, resource: 'thread' };
};
