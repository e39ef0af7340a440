import type { Pause } from '../../model/pause.ts';
import type { Run } from '../../model/run.ts';

/** What A2A lacks. See docs/a2a-pause.md. */
export const PAUSE_EXTENSION = 'urn:holdpoint:a2a:pause:1';

export const EXTENSION_METHODS = {
  'tasks/pause': 'pause',
  'tasks/resume': 'resume',
  PauseTask: 'pause',
  ResumeTask: 'resume',
} as const;

export type ExtensionMethod = keyof typeof EXTENSION_METHODS;

export const isExtensionMethod = (method: unknown): method is ExtensionMethod =>
  typeof method === 'string' && Object.hasOwn(EXTENSION_METHODS, method);

/** A resume whose checks did not pass. */
export const RESUME_REFUSED = -32050;

/** `suspending` until the step in flight has ended; `resumed` from then on, until it is suspended again. */
type SuspensionState = 'suspending' | 'suspended' | 'resumed';

export interface Suspension {
  state: SuspensionState;
  /** ISO time since when. */
  since: string;
  reason: string | null;
  pauseId: string | null;
  /** An emergency stop holds it: it is resumed after a stricter check. */
  emergency?: true;
  /** Whether its checkpoint was read back and found whole. */
  verified?: boolean;
  resumeWhen?: unknown;
}

/** Whether and how a task is held; undefined when it never was. */
export const suspensionOf = (run: Run, pause: Pause | undefined): Suspension | undefined => {
  const { state, since, resume } = run;
  if (state === 'pausing' || state === 'paused' || state === 'stopped') {
    const held = { since, pauseId: run.pauseId, reason: pause?.reason ?? run.reason };
    return { ...held, ...HELD[state](pause), ...(pause?.resumeWhen && { resumeWhen: pause.resumeWhen }) };
  }
  return resume ? { state: 'resumed', since: resume.at, reason: null, pauseId: resume.pauseId } : undefined;
};

const HELD = {
  pausing: () => ({ state: 'suspending' as const }),
  paused: (pause: Pause | undefined) => ({
    state: 'suspended' as const,
    verified: pause?.verified ?? false,
  }),
  stopped: () => ({ state: 'suspended' as const, emergency: true as const }),
};
