import type { Approval } from '../model/approval.ts';
import { runNotFound } from '../model/not-found.ts';
import type { RunState } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Carrier, Page, RootsQuery, Storage } from '../storage/ports.ts';

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

/** Questions that wait at the same time on one thread. */
const MOST_QUESTIONS = 1000;

/** Tasks that a search by state looks at. */
const MOST_SEARCHED = 5000;

export const createTasks = ({ storage }: { storage: Storage }): Tasks => {
  const follow = async (root: Run, known?: Carrier[]): Promise<AgentTask> => {
    // Only a run that asked has others after it.
    if (root.state !== 'interrupted') return { root, current: root, questions: [] };
    const carriers = known ?? (await storage.approvals.carriers(root.threadId));
    const { runIds, ends } = chainFrom(root.runId, carriers);
    const current = (await lastOf(storage, ends)) ?? root;
    if (current.state !== 'interrupted') return { root, current, questions: [] };
    const waiting = await waitingOn(storage, root.threadId);
    return { root, current, questions: waiting.filter(({ runId }) => runIds.has(runId)) };
  };

  return {
    get: async (runId) => {
      const root = await storage.runs.get(runId);
      if (!root) throw runNotFound(runId);
      return follow(root);
    },
    ofRun: async (run) => {
      const carriers = await storage.approvals.carriers(run.threadId);
      const rootId = rootOf(run.runId, carriers);
      const root = rootId === run.runId ? run : await storage.runs.get(rootId);
      return follow(root ?? run, carriers);
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

/** The run and all that carried answers to questions of one of them, and those of them that no other came after. */
const chainFrom = (rootId: string, carriers: readonly Carrier[]) => {
  const after = new Map<string, string[]>();
  for (const { askedBy, runId } of carriers) after.set(askedBy, [...(after.get(askedBy) ?? []), runId]);
  const runIds = new Set([rootId]);
  for (const one of runIds) for (const next of after.get(one) ?? []) runIds.add(next);
  return { runIds, ends: [...runIds].filter((runId) => !after.has(runId)) };
};

const rootOf = (runId: string, carriers: readonly Carrier[]): string => {
  const before = new Map(carriers.map(({ askedBy, runId: carrier }) => [carrier, askedBy]));
  let current = runId;
  for (const seen = new Set<string>(); !seen.has(current);) {
    seen.add(current);
    current = before.get(current) ?? current;
  }
  return current;
};

/** What the thread waits for, oldest first. */
const waitingOn = async ({ approvals }: Storage, threadId: string): Promise<Approval[]> =>
  (await approvals.search({ threadId, status: 'waiting', limit: MOST_QUESTIONS, offset: 0 })).items;

const lastOf = async ({ runs }: Storage, runIds: readonly string[]): Promise<Run | undefined> => {
  let last: Run | undefined;
  for (const runId of runIds) {
    const run = await runs.get(runId);
    if (run && (!last || run.createdAt >= last.createdAt)) last = run;
  }
  return last;
};
