import { useServer, type Answer, type SharedServer } from '../wire/server.ts';

export interface ApprovalJson {
  id: string;
  thread_id: string;
  run_id: string;
  assistant_id: string;
  interrupt_id: string;
  ordinal: number;
  payload_hash: string;
  status: string;
  payload: Record<string, unknown>;
  tool_calls: { name: string }[];
  decision: Record<string, unknown> | null;
  expired_at: string | null;
}

export interface LogLine {
  kind: string;
  actor: string;
  run_id: string | null;
  detail: Record<string, unknown> | null;
}

export interface ApprovalServer extends SharedServer {
  /** A new thread on which the graph ran to its first question. */
  asking(graph: string, input?: Record<string, unknown>): Promise<string>;
  waiting(threadId: string): Promise<ApprovalJson[]>;
  /** The one question that waits on the thread. */
  question(threadId: string): Promise<ApprovalJson>;
  decide(approval: { id: string }, body: Record<string, unknown>): Promise<Answer>;
  /** The same, and waits until the run that carries the answer is at rest. */
  decided(approval: ApprovalJson, body: Record<string, unknown>): Promise<Answer>;
  log(threadId: string): Promise<LogLine[]>;
}

/** A server with what tests of questions and decisions need. */
export const useApprovalServer = (options: Parameters<typeof useServer>[0] = {}): ApprovalServer => {
  const server = useServer(options);
  const of = async <T>(path: string): Promise<T> => (await server.send('GET', path)).json as T;
  const waiting = (threadId: string) => of<ApprovalJson[]>(`/approvals?thread_id=${threadId}`);
  const decide: ApprovalServer['decide'] = ({ id }, body) =>
    server.send('POST', `/approvals/${id}/decision`, body);
  return Object.assign(Object.create(server) as SharedServer, {
    waiting,
    decide,
    asking: async (graph: string, input: Record<string, unknown> = {}) => {
      const { thread_id: id } = await server.client.threads.create();
      await server.client.runs.wait(id, graph, { input });
      return id;
    },
    question: async (threadId: string) => {
      const [question, ...others] = await waiting(threadId);
      if (!question || others.length > 0) throw new Error(`${others.length + 1} questions wait, or none`);
      return question;
    },
    decided: async (approval: ApprovalJson, body: Record<string, unknown>) => {
      const answer = await decide(approval, body);
      const { run_id: runId } = answer.json as { run_id?: string };
      if (runId !== undefined) await server.client.runs.join(approval.thread_id, runId);
      return answer;
    },
    log: (threadId: string) => of<LogLine[]>(`/threads/${threadId}/log`),
  });
};
