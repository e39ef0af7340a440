import { api, bodyOf } from './client.ts';

export interface LaunchInput {
  /** An assistant's id. */
  agent: string;
  /** Absent: a new thread. */
  threadId?: string | undefined;
  input: unknown;
  config?: Record<string, unknown> | undefined;
  context?: unknown;
  /** What becomes of it while another run is on the thread; refused where nothing is said. */
  whenBusy?: 'reject' | 'enqueue' | undefined;
}

/** What is recorded of a run: so much of it can be watched while it runs. */
export const WATCHED: ('values' | 'messages-tuple')[] = ['values', 'messages-tuple'];

/** What the run is asked for with, as it goes over the wire. */
export const runBody = ({ agent, input, config, context, whenBusy }: LaunchInput) => ({
  assistant_id: agent,
  if_not_exists: 'create' as const,
  input,
  stream_mode: WATCHED,
  ...(config && { config }),
  ...(context !== undefined && { context }),
  ...(whenBusy && { multitask_strategy: whenBusy }),
});

/** Starts a run, on a new thread where none is named. */
export const launch = async (asked: LaunchInput) => {
  const id = asked.threadId ?? (await bodyOf(api.POST('/threads', { body: {} }))).thread_id;
  const run = await bodyOf(
    api.POST('/threads/{thread_id}/runs', { params: { path: { thread_id: id } }, body: runBody(asked) }),
  );
  return { threadId: id, runId: run.run_id };
};
