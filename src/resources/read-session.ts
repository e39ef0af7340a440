import { readLastStep } from '../engine/last-step.ts';
import { threadNotFound } from '../model/not-found.ts';
import { snapshotOf } from '../model/session-snapshot.ts';
import type { Storage } from '../storage/ports.ts';
import { sessionDocument } from './session-document.ts';

interface ReadSessionDeps {
  storage: Storage;
  /** What the graph's own `snapshot` says of the thread; to be asked of a worker. */
  takeSnapshot: (of: { graphId: string; threadId: string }) => Promise<Record<string, unknown> | null>;
}

/** Of each kind, the newest. */
const MOST = 1000;

/**
 * The session of a thread as a document. A graph whose snapshot cannot be taken keeps nobody from reading it.
 * @throws {HoldpointError} `thread_not_found`.
 */
export const createReadSession =
  ({ storage, takeSnapshot }: ReadSessionDeps) =>
  async (threadId: string): Promise<string> => {
    const thread = await storage.threads.get(threadId);
    if (!thread) throw threadNotFound(threadId);
    const page = { threadId, limit: MOST, offset: 0 };
    const { graphId } = thread;
    const took = await (graphId === null ? Promise.resolve(null) : takeSnapshot({ graphId, threadId })).then(
      (told) => ({ told, problem: null }),
      (error: unknown) => ({ told: null, problem: error instanceof Error ? error.message : String(error) }),
    );
    const values: unknown = JSON.parse((await storage.threads.values(threadId))?.values ?? 'null');
    return sessionDocument({
      thread,
      runs: (await storage.runs.list(page)).toReversed(),
      pauses: (await storage.pauses.list(page)).toReversed(),
      approvals: (await storage.approvals.search({ ...page, newestFirst: true })).items.toReversed(),
      effects: await storage.effects.list(threadId),
      log: await storage.log.read(threadId),
      lastStep: await readLastStep(storage.checkpoints.reader, threadId).catch(() => ({
        step: 0,
        nodes: [],
      })),
      snapshot: snapshotOf(values, took.told),
      snapshotProblem: took.problem,
    });
  };
