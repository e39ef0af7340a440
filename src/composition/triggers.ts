import type { Settings } from '../config/settings.ts';
import type { ControlDeps } from '../http/control/deps.ts';
import type { HeldPauses } from './pauses.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createPauseWindows } from '../lifecycle/manage-windows.ts';
import { createMeetByTime } from '../lifecycle/meet-by-time.ts';
import {
  createPauseScope,
  createResumeScope,
  createSweepScopes,
  scopePauseNotFound,
} from '../lifecycle/pause-scope.ts';
import { createRunWindows } from '../lifecycle/pause-windows.ts';
import { createLaunchOnEvent } from '../lifecycle/launch-on-event.ts';
import type { LaunchRunInput } from '../lifecycle/launch-run.ts';
import { createReceiveEvent, createSpreadEvents } from '../lifecycle/receive-event.ts';
import { createReceiveHook } from '../lifecycle/receive-hook.ts';
import { createResumer } from '../lifecycle/resume-fired.ts';
import type { Run } from '../model/run.ts';
import type { ScopePause } from '../model/scope-pause.ts';
import { createVerifier } from '../outbound/verify.ts';
import { every, type DueWork } from '../worker/scheduler.ts';

interface TriggerParts {
  lifecycle: LifecycleDeps;
  pauses: Pick<HeldPauses, 'askPause' | 'resumeThread'>;
  settings: Settings;
  launchRun: (input: LaunchRunInput) => Promise<Run>;
}

const PRUNE_EVERY_MS = 60_000;
/** How long the id of an event is remembered, so that the event does nothing when it is sent again. */
const EVENT_IDS_MS = 7 * 24 * 3_600_000;

/** What pauses and resumes from outside, by time and by scope, and what the scheduler has to do for it. */
export const openTriggers = ({ lifecycle, pauses, settings, launchRun }: TriggerParts) => {
  const { storage, clock } = lifecycle;
  const { askPause, resumeThread } = pauses;
  const resumeScope = createResumeScope(lifecycle);
  const resumer = createResumer({ ...lifecycle, resumeThread, resumeScope });
  const windows = createRunWindows(lifecycle);
  const counted = async (pause: ScopePause) => ({
    pause,
    count: await storage.scopes.count(pause.scopePauseId),
  });
  const triggers: ControlDeps['triggers'] = {
    receiveEvent: createReceiveEvent(lifecycle),
    receiveHook: createReceiveHook({ ...lifecycle, resumer }),
    checkSignature: createVerifier(settings.hookSecrets),
    windows: createPauseWindows(lifecycle),
    publicUrl: settings.publicUrl,
    scopes: {
      pause: createPauseScope(lifecycle),
      resume: resumeScope,
      get: async (scopePauseId) => {
        const pause = await storage.scopes.get(scopePauseId);
        if (!pause) throw scopePauseNotFound(scopePauseId);
        return counted(pause);
      },
      list: async (query) => {
        const { items, total } = await storage.scopes.list(query);
        return { items: await Promise.all(items.map(counted)), total };
      },
    },
  };
  const onEvent = createLaunchOnEvent({ ...lifecycle, launchRun });
  const works: DueWork[] = [
    once('events', createSpreadEvents({ ...lifecycle, launches: onEvent.launches })),
    once('launches of events', onEvent.launchAll),
    { name: 'conditions', run: createMeetByTime(lifecycle) },
    { name: 'pause windows', run: windows },
    once('scope pauses', createSweepScopes({ ...lifecycle, requestPause: askPause })),
    { name: 'resumes', run: (now) => resumer.run(now) },
    every(PRUNE_EVERY_MS, 'prune external events', () =>
      storage.externalEvents.prune(clock.now() - EVENT_IDS_MS),
    ),
  ];
  return { triggers, works, close: () => resumer.close() };
};

/** Work that does all there is. */
const once = (name: string, work: () => Promise<void>): DueWork => ({
  name,
  run: async () => {
    await work();
    return undefined;
  },
});
