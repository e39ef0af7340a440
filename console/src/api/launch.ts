import { api, bodyOf, once } from './client.ts';

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

/** The run that was begun on a thread which only one is begun on; none too where the thread is not there. */
export const begunOn = async (threadId: string) => {
  const path = { thread_id: threadId };
  const [begun] = await bodyOf(
    api.POST('/threads/search', { body: { ids: [threadId], select: ['thread_id'] } }),
  );
  return begun && (await bodyOf(api.GET('/threads/{thread_id}/runs', { params: { path } })))[0];
};

/** Starts a run, on a thread that is made where there is none of this id. Answers the thread's id. */
export const launch = async (asked: LaunchInput & { threadId: string }, key: string): Promise<string> => {
  const params = { path: { thread_id: asked.threadId }, header: once(key) };
  await bodyOf(api.POST('/threads/{thread_id}/runs', { params, body: runBody(asked) }));
  return asked.threadId;
};
