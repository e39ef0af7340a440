import type { Assistant } from '../model/assistant.ts';
import type { RunState } from '../model/run-state.ts';
import type { Run, RunKwargs } from '../model/run.ts';
import { STATE_WORDS } from '../model/wire-status.ts';
import type { ThreadWithValues } from '../resources/threads.ts';

interface Lifecycle {
  state: RunState;
  since: string;
  reason: string | null;
  pauseId: string | null;
}

/** `lifecycle` of a run or thread; ids of pause and stop come with those. */
const presentLifecycle = ({ state, since, reason, pauseId }: Lifecycle) => ({
  state: STATE_WORDS[state].lifecycle,
  pause_id: pauseId,
  stop_id: null,
  since,
  reason,
});

export const presentRun = (run: Run) => ({
  run_id: run.runId,
  thread_id: run.threadId,
  assistant_id: run.assistantId,
  status: STATE_WORDS[run.state].run,
  metadata: run.metadata,
  kwargs: presentKwargs(run.kwargs),
  multitask_strategy: run.multitaskStrategy,
  lifecycle: presentLifecycle(run),
  failure: run.failure,
  created_at: run.createdAt,
  updated_at: run.updatedAt,
});

/** `live` only says how its events are written. */
const presentKwargs = ({ live: _live, ...kwargs }: RunKwargs) => kwargs;

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

export const presentAssistant = (assistant: Assistant) => ({
  assistant_id: assistant.assistantId,
  graph_id: assistant.graphId,
  name: assistant.name,
  description: assistant.description,
  config: assistant.config,
  context: assistant.context,
  metadata: assistant.metadata,
  version: assistant.version,
  created_at: assistant.createdAt,
  updated_at: assistant.updatedAt,
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
