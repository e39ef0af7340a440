import { api, bodyOf } from './client.ts';

export interface LaunchInput {
  /** An assistant's id. */
  agent: string;
  /** Absent: a new thread. */
  threadId?: string | undefined;
  input: unknown;
  config?: Record<string, unknown> | undefined;
  context?: unknown;
}

/** Starts a run, on a new thread where none is named. */
export const launch = async ({ agent, threadId, ...rest }: LaunchInput) => {
  const id = threadId ?? (await bodyOf(api.POST('/threads', { body: {} }))).thread_id;
  const run = await bodyOf(
    api.POST('/threads/{thread_id}/runs', {
      params: { path: { thread_id: id } },
      body: { assistant_id: agent, if_not_exists: 'create', ...rest },
    }),
  );
  return { threadId: id, runId: run.run_id };
};
