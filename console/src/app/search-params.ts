import type { ThreadGroup, ThreadSort } from '../api/queries.ts';

export const GROUPS = [
  'running',
  'needs_you',
  'paused',
  'scheduled',
  'done',
  'failed',
] as const satisfies ThreadGroup[];
const SORTS = ['updated_at', 'created_at', 'graph_id', 'lifecycle_since'] as const satisfies ThreadSort[];
export const THREAD_TABS = ['messages', 'state', 'difference', 'raw'] as const;

type Search = Record<string, unknown>;

/** What screens keep in the address, so that it can be sent to somebody. What is not understood is left out. */
export interface ThreadsParams {
  group?: ThreadGroup | undefined;
  q?: string | undefined;
  sort?: ThreadSort | undefined;
  order?: 'asc' | 'desc' | undefined;
  /** From 2 on. */
  page?: number | undefined;
}

export interface ApprovalsParams {
  question?: string | undefined;
  tool?: string | undefined;
}

export interface ThreadParams {
  checkpoint?: string | undefined;
  tab?: (typeof THREAD_TABS)[number] | undefined;
}

export interface ActivityParams {
  thread_id?: string | undefined;
  actor?: string | undefined;
  kind?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

export interface LaunchParams {
  agent?: string | undefined;
  thread?: string | undefined;
}

export const AGENT_TABS = ['versions', 'settings', 'schemas'] as const;

export interface AgentsParams {
  agent?: string | undefined;
  q?: string | undefined;
  tab?: (typeof AGENT_TABS)[number] | undefined;
}

export interface StopParams {
  stop?: string | undefined;
}

export const threadsSearch = (search: Search): ThreadsParams => {
  const page = Number(search['page']);
  return {
    group: oneOf(GROUPS, search['group']),
    q: text(search['q']),
    sort: oneOf(SORTS, search['sort']),
    order: oneOf(['asc', 'desc'] as const, search['order']),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  };
};

export const approvalsSearch = (search: Search): ApprovalsParams => ({
  question: text(search['question']),
  tool: text(search['tool']),
});

export const threadSearch = (search: Search): ThreadParams => ({
  checkpoint: text(search['checkpoint']),
  tab: oneOf(THREAD_TABS, search['tab']),
});

export const activitySearch = (search: Search): ActivityParams => ({
  thread_id: text(search['thread_id']),
  actor: text(search['actor']),
  kind: text(search['kind']),
  since: text(search['since']),
  until: text(search['until']),
});

export const launchSearch = (search: Search): LaunchParams => ({
  agent: text(search['agent']),
  thread: text(search['thread']),
});

export const agentsSearch = (search: Search): AgentsParams => ({
  agent: text(search['agent']),
  q: text(search['q']),
  tab: oneOf(AGENT_TABS, search['tab']),
});

export const stopSearch = (search: Search): StopParams => ({ stop: text(search['stop']) });

const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined =>
  known.find((each) => each === value);

const text = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};
