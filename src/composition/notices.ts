import type { Settings } from '../config/settings.ts';
import { createPushMessages } from '../http/a2a/push-messages.ts';
import type { NotificationDeps } from '../http/control/notifications.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createRunResult } from '../lifecycle/run-result.ts';
import { createSendNotices, NOTICES, type NoticeWriter } from '../lifecycle/send-notices.ts';
import { isoTime } from '../model/clock.ts';
import type { NotificationTarget } from '../model/notification-target.ts';
import { toldMessage } from '../outbound/told-messages.ts';
import type { Assistants } from '../resources/assistants.ts';
import { createLinks, type Links } from '../resources/links.ts';
import { createNotificationTargets } from '../resources/notification-targets.ts';
import { createTellPeople } from '../resources/people-notices.ts';
import { createTasks } from '../resources/tasks.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { DueWork } from '../worker/scheduler.ts';
import { linkKey } from './link-key.ts';

interface NoticeParts {
  lifecycle: LifecycleDeps;
  assistants: Pick<Assistants, 'find'>;
  settings: Settings;
  log: Logger;
}

interface Notices {
  notices: NotificationDeps;
  work: DueWork;
  /** Where this server listens: what people are given where nothing else is set. */
  open: (url: string) => void;
}

/** How long news of threads are gathered before it is looked whether anybody is to be told. */
const GATHER_MS = 50;

/** Tells people and other agents what they asked to hear of. */
export const openNotices = ({ lifecycle, assistants, settings, log }: NoticeParts): Notices => {
  const { storage, clock, newId } = lifecycle;
  let self = 'http://127.0.0.1';
  const links = createLinks({
    base: () => settings.publicUrl ?? self,
    key: linkKey(settings),
    lifetimeMs: settings.linkLifetimeMs,
    now: () => clock.now(),
  });
  const writers = [pushWriter(lifecycle), peopleWriter(lifecycle, links)];
  hearOfThreads(lifecycle);
  const notifications = {
    ...createNotificationTargets({ storage, assistants, clock, newId }),
    test: testOf(lifecycle, links),
  };
  return {
    notices: { notifications, openLink: (token) => links.open(token) },
    work: { name: NOTICES, run: createSendNotices({ ...lifecycle, writers, log }) },
    open: (url) => (self = url),
  };
};

const pushWriter = ({ storage }: LifecycleDeps): NoticeWriter =>
  createPushMessages({
    tasks: createTasks({ storage }),
    runs: storage.runs,
    pushConfigs: storage.pushConfigs,
    pauseOf: async ({ pauseId }) => (pauseId === null ? undefined : storage.pauses.get(pauseId)),
    runResult: createRunResult({ storage }),
  });

const peopleWriter = ({ storage }: LifecycleDeps, links: Links): NoticeWriter => {
  const tell = createTellPeople({ storage, links });
  return async (notice) => {
    const said = await tell(notice);
    return said ? said.targets.map((target) => toldMessage(said.told, target)) : [];
  };
};

/** Something to be told that has not happened. */
const testOf = (lifecycle: LifecycleDeps, links: Links) => async (target: NotificationTarget) => {
  const { storage, clock, newId } = lifecycle;
  const told = {
    event: target.events[0] ?? ('question' as const),
    title: 'Holdpoint can reach you',
    lines: ['This is a test: nothing has happened.'],
    link: links.to({ kind: 'stop', id: '' }),
    assistant: null,
    threadId: null,
    runId: null,
    subjectId: null,
    at: isoTime(clock),
  };
  const { to: _to, ...message } = toldMessage(told, target);
  const outboundId = `test-${newId()}`;
  await storage.transaction((ledger) =>
    ledger.outbound.enqueue({ ...message, outboundId, now: clock.now() }),
  );
  storage.signals.publish({ kind: 'due' });
  return outboundId;
};

/** A change of a thread may have left a notice or an event: it is looked soon, not at the next second. */
const hearOfThreads = ({ storage }: LifecycleDeps): void => {
  let gathering = false;
  storage.signals.subscribe((signal) => {
    if (signal.kind !== 'thread' || signal.claimed || gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      void storage.notices.anyNews().then(
        (news) => news && storage.signals.publish({ kind: 'due' }),
        () => {}, // it is looked at every second anyway
      );
    }, GATHER_MS).unref();
  });
};
