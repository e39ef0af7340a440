import type { Assistant, AssistantVersion } from '../model/assistant.ts';
import type { Thread } from '../model/thread.ts';
import { presentLifecycle } from '../model/run-view.ts';
import type { ThreadWithValues } from '../resources/threads.ts';

export { presentRun } from '../model/run-view.ts';

export const presentThread = ({ thread, values }: ThreadWithValues) => ({
  thread_id: thread.threadId,
  status: thread.status,
  metadata: thread.metadata,
  config: thread.config,
  values: values === null ? null : (JSON.parse(values) as unknown),
  interrupts: thread.interrupts,
  lifecycle: thread.lifecycle && presentLifecycle(thread.lifecycle),
  created_at: thread.createdAt,
  updated_at: thread.updatedAt,
});

/** When the thread expires, if it does. */
export const presentTtl = ({ ttl }: Thread) =>
  ttl && {
    strategy: ttl.strategy,
    ttl_minutes: ttl.minutes,
    expires_at: new Date(ttl.expiresMs).toISOString(),
  };

export const presentAssistant = (assistant: Assistant) => ({
  ...presentAssistantVersion(assistant),
  updated_at: assistant.updatedAt,
});

export const presentAssistantVersion = (assistant: AssistantVersion) => ({
  assistant_id: assistant.assistantId,
  graph_id: assistant.graphId,
  name: assistant.name,
  description: assistant.description,
  config: assistant.config,
  context: assistant.context,
  metadata: assistant.metadata,
  version: assistant.version,
  created_at: assistant.createdAt,
});

/** The headers of a page: how many there are in all and, when there are more, where the next page begins. */
export const pageHeaders = (
  total: number,
  page: { limit: number; offset: number },
): Record<string, string> => {
  const next = page.offset + page.limit;
  return { 'X-Pagination-Total': String(total), ...(next < total && { 'X-Pagination-Next': String(next) }) };
};

/** The view with these of its fields only; all when none are named. */
export const selectFields = <T extends object>(
  view: T,
  fields: readonly string[] | null | undefined,
): object =>
  fields ? Object.fromEntries(Object.entries(view).filter(([name]) => fields.includes(name))) : view;
