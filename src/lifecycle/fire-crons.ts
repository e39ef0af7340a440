import { isoTime } from '../model/clock.ts';
import { cronRunAfter, type Cron } from '../model/cron.ts';
import { isHoldpointError, type HoldpointError } from '../model/errors.ts';
import { newThread } from '../model/thread.ts';
import type { Ledger } from '../storage/ports.ts';
import { admitRun } from './admit-run.ts';
import type { LifecycleDeps } from './deps.ts';
import { defaultTtl } from './thread-ttl.ts';
import { admit, announce, checkStart, type FindAssistant, type LaunchRunInput } from './launch-run.ts';

/** The run a cron launches: all of it but where and by whom. */
export type CronLaunch = Omit<LaunchRunInput, 'threadId' | 'assistantId' | 'actor'>;

type FireDeps = LifecycleDeps & { findAssistant: FindAssistant };

/** Crons looked at in one go. */
const AT_ONCE = 100;

/**
 * Launches the run of each cron that is due at `now`, in the transaction that moves the cron on: once, however many
 * servers look and whenever one of them dies. What came due several times while nobody looked is launched once.
 * A run that is refused (its thread takes none, say) is skipped and the reason kept on the cron; a cron whose thread
 * or assistant is gone goes too. Answers when the next is due.
 * @throws where one could not be launched for another reason: it is due still, and the others are launched.
 */
export const createFireCrons = (deps: FireDeps) => {
  return async (now: number): Promise<number | undefined> => {
    const failures: unknown[] = [];
    for (const cron of await deps.storage.crons.due(now, AT_ONCE)) {
      await fire(deps, cron, now).catch((error: unknown) => {
        deps.log?.error({ err: error, cron_id: cron.cronId }, 'a cron could not be launched');
        failures.push(error);
      });
    }
    if (failures.length > 0) throw failures[0];
    return deps.storage.crons.nextDue();
  };
};

const fire = async (deps: FireDeps, cron: Cron, now: number): Promise<void> => {
  try {
    await launch(deps, cron, now);
  } catch (error) {
    if (!isHoldpointError(error)) throw error;
    await skip(deps, { cron, now, error });
  }
};

const launch = async (deps: FireDeps, cron: Cron, now: number): Promise<void> => {
  const asked = await deps.findAssistant(cron.assistantId);
  const assistant = await admitRun(deps, cron.threadId ?? '', asked);
  const input: LaunchRunInput = {
    ...(cron.launch as CronLaunch),
    threadId: cron.threadId ?? deps.newId(),
    assistantId: cron.assistantId,
    actor: cron.userId ?? 'system',
  };
  if (cron.threadId !== null) await checkStart(deps, input);
  const launched = await deps.storage.transaction(async (ledger) => {
    if (!(await moveOn(ledger, { cron, now, lastError: null }))) return undefined;
    if (cron.threadId === null) await openThread(deps, ledger, { cron, threadId: input.threadId });
    return admit(deps, ledger, { input, assistant });
  });
  if (!launched) return; // another server was first, or the cron was changed
  deps.at('launch:committed');
  await announce(deps, launched);
};

const moveOn = (
  ledger: Ledger,
  { cron, now, lastError }: { cron: Cron; now: number; lastError: Cron['lastError'] },
): Promise<boolean> =>
  ledger.crons.advance({
    cronId: cron.cronId,
    from: cron.nextRunMs ?? now,
    to: cronRunAfter(cron, now),
    lastError,
  });

/** Whether its own thread or assistant is not there any more, whatever else was not. */
const isOrphan = async (ledger: Ledger, { assistantId, threadId }: Cron): Promise<boolean> =>
  !(await ledger.assistants.get(assistantId)) || (threadId !== null && !(await ledger.threads.get(threadId)));

const skip = async (
  deps: FireDeps,
  { cron, now, error }: { cron: Cron; now: number; error: HoldpointError },
): Promise<void> => {
  const { code, message } = error;
  const lastError = { code, message, at: isoTime(deps.clock) };
  await deps.storage.transaction(async (ledger) => {
    const moved = await moveOn(ledger, { cron, now, lastError });
    if (moved && (await isOrphan(ledger, cron))) await ledger.crons.remove(cron.cronId);
  });
};

const openThread = async (
  deps: FireDeps,
  ledger: Ledger,
  { cron, threadId }: { cron: Cron; threadId: string },
): Promise<void> => {
  const thread = newThread({ threadId, metadata: { cron_id: cron.cronId }, at: isoTime(deps.clock) });
  const temporary = cron.onRunCompleted === 'delete';
  await ledger.threads.insert({ ...thread, temporary, ttl: temporary ? null : defaultTtl(deps) });
};
