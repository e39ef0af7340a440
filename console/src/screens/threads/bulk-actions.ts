import { deleteThread, pauseThread, resumeThread } from '../../api/actions.ts';
import { asApiError, type ApiError } from '../../api/errors.ts';

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

export interface BulkProgress {
  total: number;
  done: number;
  /** Why some were not: how many by each reason. */
  refused: Map<string, { count: number; error: ApiError }>;
}

const AT_ONCE = 6;

export interface BulkWork {
  ids: string[];
  reason: string;
  /** No further thread is begun once it aborts. */
  signal: AbortSignal;
  onProgress: (progress: BulkProgress) => void;
}

/** Does it to each thread, a few at once; what is refused does not stop the others. */
export const runBulk = async (
  action: BulkAction,
  { ids, reason, signal, onProgress }: BulkWork,
): Promise<BulkProgress> => {
  const waiting = [...ids];
  let progress: BulkProgress = { total: ids.length, done: 0, refused: new Map() };
  const work = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined && !signal.aborted; id = waiting.pop()) {
      const error = await action.run(id, reason).then(() => undefined, asApiError);
      progress = { ...progress, done: progress.done + 1, refused: withRefused(progress.refused, error) };
      onProgress(progress);
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
