import type { Approval } from '../model/approval.ts';
import { runNotFound } from '../model/not-found.ts';
import type { RunState } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Page, RootsQuery, Storage } from '../storage/ports.ts';

/** A run and those that carried answers to its questions: what another agent asked for, as one thing. */
export interface AgentTask {
  /** The run it began with: its id is the task's. */
  root: Run;
  /** The run that moves it now, or moved it last. */
  current: Run;
  /** What it waits for, oldest first. */
  questions: Approval[];
}

export interface TaskSearch extends Omit<RootsQuery, 'states'> {
  /** Of the run that moved it last. */
  states?: RunState[] | undefined;
}

export interface Tasks {
  /** @throws {HoldpointError} `run_not_found`. */
  get(runId: string): Promise<AgentTask>;
  /** The last changed first. */
  search(query: TaskSearch): Promise<Page<AgentTask>>;
  /** The task that this run began or carries on. */
  ofRun(run: Run): Promise<AgentTask>;
}

/** Questions of one thread that are looked at. */
const MOST_QUESTIONS = 1000;

/** Tasks that a search by state looks at. */
const MOST_SEARCHED = 5000;

export const createTasks = ({ storage }: { storage: Storage }): Tasks => {
  const questionsOf = async (threadId: string): Promise<Approval[]> =>
    (await storage.approvals.search({ threadId, limit: MOST_QUESTIONS, offset: 0 })).items;

  const follow = async (root: Run, asked?: Approval[]): Promise<AgentTask> => {
    // Only a run that asked has others after it.
    if (root.state !== 'interrupted') return { root, current: root, questions: [] };
    const approvals = asked ?? (await questionsOf(root.threadId));
    const runIds = chainFrom(root.runId, approvals);
    const current = (await lastOf(storage, runIds)) ?? root;
    const mine = approvals.filter(({ runId, status }) => status === 'waiting' && runIds.has(runId));
    return { root, current, questions: current.state === 'interrupted' ? mine : [] };
  };

  return {
    get: async (runId) => {
      const root = await storage.runs.get(runId);
      if (!root) throw runNotFound(runId);
      return follow(root);
    },
    ofRun: async (run) => {
      const approvals = await questionsOf(run.threadId);
      const rootId = rootOf(run.runId, approvals);
      const root = rootId === run.runId ? run : await storage.runs.get(rootId);
      return follow(root ?? run, approvals);
    },
    search: async ({ states, ...query }) => {
      if (!states) {
        const { items, total } = await storage.runs.roots(query);
        return { items: await Promise.all(items.map((root) => follow(root))), total };
      }
      // What began as a question may have come to anything since.
      const candidates = [...new Set<RunState>([...states, 'interrupted'])];
      const { items } = await storage.runs.roots({
        ...query,
        states: candidates,
        offset: 0,
        limit: MOST_SEARCHED,
      });
      const found: AgentTask[] = [];
      for (const root of items) {
        const task = await follow(root);
        if (states.includes(task.current.state)) found.push(task);
      }
      return { items: found.slice(query.offset, query.offset + query.limit), total: found.length };
    },
  };
};

/** The run and all that carried answers to questions of one of them. */
const chainFrom = (rootId: string, approvals: readonly Approval[]): Set<string> => {
  const runIds = new Set([rootId]);
  for (let grown = true; grown;) {
    const before = runIds.size;
    for (const { runId, decided } of approvals) if (decided && runIds.has(runId)) runIds.add(decided.runId);
    grown = runIds.size > before;
  }
  return runIds;
};

const rootOf = (runId: string, approvals: readonly Approval[]): string => {
  let current = runId;
  for (const seen = new Set<string>(); !seen.has(current);) {
    seen.add(current);
    current = approvals.find(({ decided }) => decided?.runId === current)?.runId ?? current;
  }
  return current;
};

const lastOf = async ({ runs }: Storage, runIds: Set<string>): Promise<Run | undefined> => {
  let last: Run | undefined;
  for (const runId of runIds) {
    const run = await runs.get(runId);
    if (run && (!last || run.createdAt >= last.createdAt)) last = run;
  }
  return last;
};
