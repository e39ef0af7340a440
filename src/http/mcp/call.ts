import { passesFilters } from '../../model/auth-filter.ts';
import { threadNotFound } from '../../model/not-found.ts';
import { isActive } from '../../model/run-state.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import { STATE_WORDS } from '../../model/wire-status.ts';
import { resultArtifact } from '../a2a/task-view.ts';
import { presentApproval } from '../control/approval-view.ts';
import type { RequestFacts } from '../route.ts';
import type { McpDeps } from './deps.ts';

/** One call of a tool. */
export interface ToolCall {
  deps: McpDeps;
  request: RequestFacts;
  /** Aborts when the caller gives up: what it waited for goes on. */
  signal: AbortSignal;
  /** Tells the caller that it is still being worked on, where it asked for that. */
  progress: (message: string) => Promise<void>;
}

/** A thread the caller may see. @throws {HoldpointError} `thread_not_found`. */
export const seeThread = async ({ deps, request }: ToolCall, threadId: string) => {
  const { thread } = await deps.threads.get(threadId);
  if (request.filters && !passesFilters(thread.metadata, request.filters)) throw threadNotFound(threadId);
  return thread;
};

/** How often a caller that waits is told that it is not forgotten. */
const PROGRESS_MS = 5000;

/** The run once it rests, or as it is when the caller's patience (ms) ends. */
export const waitFor = async (call: ToolCall, runId: string, patienceMs: number): Promise<AgentTask> => {
  const { deps, signal } = call;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const telling = setInterval(() => void call.progress(`run ${runId} is at work`), PROGRESS_MS);
  try {
    for (;;) {
      const task = await deps.tasks.get(runId);
      const { current } = task;
      if (!isActive(current.state) || patience.aborted) return task;
      await deps.awaitRun({ threadId: current.threadId, runId: current.runId, signal: patience });
    }
  } finally {
    clearInterval(telling);
  }
};

/** What became of a run: how it stands, what it said, what it asks. */
export const presentTask = async ({ deps }: ToolCall, { root, current, questions }: AgentTask) => {
  const { state, failure } = current;
  const reason = failure?.message ?? current.reason;
  return {
    run_id: root.runId,
    thread_id: root.threadId,
    status: STATE_WORDS[state].lifecycle,
    ...(state === 'success' && { result: saidIn(JSON.parse(await deps.runResult(current))) }),
    ...(questions.length > 0 && { questions: questions.map(presentQuestion) }),
    ...(reason !== null && { reason }),
  };
};

/** What was said last, or the values. */
const saidIn = (values: unknown): unknown => {
  const [part] = resultArtifact(values).parts;
  return part?.text ?? part?.data;
};

/** A question without what only the wire needs. */
export const presentQuestion = (approval: Parameters<typeof presentApproval>[0]) => {
  const shown = presentApproval(approval);
  const { id: question_id, thread_id, run_id, assistant_id, description, tool_calls } = shown;
  const { allowed_decisions, response_schema, payload, payload_hash, expires_at } = shown;
  const asked = tool_calls.length > 0 ? { tool_calls } : { payload, response_schema };
  const about = { question_id, thread_id, run_id, assistant_id, description };
  return { ...about, ...asked, allowed_decisions, payload_hash, expires_at };
};
