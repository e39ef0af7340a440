import { isHoldpointError } from '../model/errors.ts';
import type { PauseTerms } from '../model/pause.ts';
import { PARENT } from '../model/thread.ts';
import type { Storage } from '../storage/ports.ts';
import type { RequestPause } from './pause-thread.ts';
import type { ResumeThread } from './resume-thread.ts';

/** Who asks for the pause of a thread that is paused with another. */
const CASCADE = 'cascade:';

const MOST_MEMBERS = 1000;

/** What became of one member of a family. */
export interface CascadedThread {
  threadId: string;
  /** `draining`, `paused`, `resumed`, or `unchanged` where there was nothing to do. */
  state: string;
  /** Why it was not done. */
  detail: string | null;
}

interface CascadeDeps {
  storage: Pick<Storage, 'threads' | 'pauses'>;
  requestPause: RequestPause;
  resumeThread: ResumeThread;
}

interface CascadePause {
  threadId: string;
  /** The pause of the thread at the head of the family. */
  pauseId: string;
  reason: string;
  terms: Partial<Omit<PauseTerms, 'resumeWhen'>>;
}

export interface Cascade {
  /** Pauses all that the thread launched, and what that launched. A member with nothing to pause is left as it is. */
  pause(input: CascadePause): Promise<CascadedThread[]>;
  /** Lets those go on that were paused so; a member somebody else paused stays paused. */
  resume(input: { threadId: string; actor: string }): Promise<CascadedThread[]>;
}

export const createCascade = ({ storage, requestPause, resumeThread }: CascadeDeps): Cascade => ({
  pause: async ({ threadId, pauseId, reason, terms }) =>
    forEach(await familyOf(storage, threadId), async (member) => {
      const actor = `${CASCADE}${pauseId}`;
      const { pause } = await requestPause({ ...terms, threadId: member, reason, actor });
      return pause.state;
    }),
  resume: async ({ threadId, actor }) =>
    forEach(await familyOf(storage, threadId), async (member) => {
      const pause = await storage.pauses.current(member);
      if (!pause?.requestedBy.startsWith(CASCADE)) return 'unchanged';
      await resumeThread({ threadId: member, actor });
      return 'resumed';
    }),
});

/** What is refused for one member is no reason to leave the others. */
const forEach = async (
  members: string[],
  work: (threadId: string) => Promise<string>,
): Promise<CascadedThread[]> => {
  const done: CascadedThread[] = [];
  for (const threadId of members) {
    try {
      done.push({ threadId, state: await work(threadId), detail: null });
    } catch (error) {
      if (!isHoldpointError(error)) throw error;
      done.push({ threadId, state: 'unchanged', detail: error.message });
    }
  }
  return done;
};

/** All members but the head, those nearest to it first. */
const familyOf = async ({ threads }: CascadeDeps['storage'], head: string): Promise<string[]> => {
  const members: string[] = [];
  const seen = new Set([head]);
  for (const parents = [head]; parents.length > 0 && members.length < MOST_MEMBERS;) {
    const metadata = { [PARENT]: parents.shift() ?? '' };
    const page = { limit: MOST_MEMBERS, offset: 0, sortBy: 'created_at', sortOrder: 'asc' } as const;
    const { items } = await threads.search({ metadata, ...page });
    for (const { threadId } of items) {
      if (seen.has(threadId)) continue;
      seen.add(threadId);
      members.push(threadId);
      parents.push(threadId);
    }
  }
  return members;
};
