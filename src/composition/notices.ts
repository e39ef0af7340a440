import { createPushMessages } from '../http/a2a/push-messages.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createRunResult } from '../lifecycle/run-result.ts';
import { createSendNotices } from '../lifecycle/send-notices.ts';
import { createTasks } from '../resources/tasks.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { DueWork } from '../worker/scheduler.ts';

interface NoticeParts {
  lifecycle: LifecycleDeps;
  log: Logger;
}

/** How long news of threads are gathered before it is looked whether anybody is to be told. */
const GATHER_MS = 50;

/** Tells people and other agents what they asked to hear of. */
export const noticeWork = ({ lifecycle, log }: NoticeParts): DueWork => {
  const { storage } = lifecycle;
  const pushes = createPushMessages({
    tasks: createTasks({ storage }),
    runs: storage.runs,
    pushConfigs: storage.pushConfigs,
    pauseOf: async ({ pauseId }) => (pauseId === null ? undefined : storage.pauses.get(pauseId)),
    runResult: createRunResult({ storage }),
  });
  hearOfThreads(lifecycle);
  return { name: 'notices', run: createSendNotices({ ...lifecycle, writers: [pushes], log }) };
};

/** A change of a thread may have left a notice: it is looked soon, not at the next second. */
const hearOfThreads = ({ storage }: LifecycleDeps): void => {
  let gathering = false;
  storage.signals.subscribe(({ kind }) => {
    if (kind !== 'thread' || gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      void storage.notices.waiting(1).then(
        ([notice]) => notice && storage.signals.publish({ kind: 'due' }),
        () => {}, // it is looked at every second anyway
      );
    }, GATHER_MS).unref();
  });
};
