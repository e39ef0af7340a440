import { deleteThread, pauseThread, resumeThread } from '../../api/actions.ts';
import { asApiError, type ApiError } from '../../api/errors.ts';
import { allMatching, type ThreadSearch } from '../../api/queries.ts';

export interface BulkAction {
  name: string;
  about: string;
  wantsReason: boolean;
  dangerous?: boolean;
  run: (threadId: string, reason: string) => Promise<unknown>;
}

export const BULK_ACTIONS: BulkAction[] = [
  {
    name: 'Pause at next step',
    about: 'Each finishes its step, is stored and verified, and then waits.',
    wantsReason: true,
    run: (threadId, reason) => pauseThread(threadId, { reason }),
  },
  {
    name: 'Resume',
    about: 'Each goes on where it was paused or stopped, if every check of its preflight passes.',
    wantsReason: false,
    run: (threadId) => resumeThread(threadId, {}),
  },
  {
    name: 'Delete',
    about: 'With runs, checkpoints and log. This cannot be undone.',
    wantsReason: false,
    dangerous: true,
    run: (threadId) => deleteThread(threadId),
  },
];

/** Which threads: these, or all that match. */
export type BulkThreads = { ids: string[] } | { matching: ThreadSearch };

export interface BulkProgress {
  total: number;
  done: number;
  /** Why some were not: how many by each reason. */
  refused: Map<string, { count: number; error: ApiError }>;
}

const AT_ONCE = 6;

/** Does it to each thread, a few at once; what is refused does not stop the others. */
export const runBulk = async (
  action: BulkAction,
  input: { threads: BulkThreads; reason: string; onProgress: (progress: BulkProgress) => void },
): Promise<BulkProgress> => {
  const ids = 'ids' in input.threads ? input.threads.ids : await allMatching(input.threads.matching);
  const waiting = [...ids];
  let progress: BulkProgress = { total: ids.length, done: 0, refused: new Map() };
  const work = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const error = await action.run(id, input.reason).then(() => undefined, asApiError);
      progress = { ...progress, done: progress.done + 1, refused: withRefused(progress.refused, error) };
      input.onProgress(progress);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return progress;
};

const withRefused = (
  refused: BulkProgress['refused'],
  error: ApiError | undefined,
): BulkProgress['refused'] => {
  if (!error) return refused;
  const before = refused.get(error.code)?.count ?? 0;
  return new Map(refused).set(error.code, { count: before + 1, error });
};
