import { isoTime } from '../model/clock.ts';
import type { Pause } from '../model/pause.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { plantConditions } from './resume-conditions.ts';
import { SEND_EVENT } from './wait-for-events.ts';

/** A step of the run waits for an event, and nobody else has paused it. */
export const waitsByItself = ({ cause, remedy }: Pause): boolean =>
  cause === 'condition' && remedy?.['kind'] === SEND_EVENT;

interface Hold {
  /** That of the step which waits. */
  pause: Pause;
  actor: string;
  terms: Pick<Pause, 'reason' | 'resumeWhen' | 'resumeBehavior' | 'resumeTokenHash' | 'resumeTokenExpiresMs'>;
}

/**
 * Makes the pause of a step that waits the one of whoever asks now: what the step waits for no longer resumes it. An
 * event that comes meanwhile is not missed: once resumed, the step finds it, and waits again when there is none.
 */
export const holdWaiting = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { pause, actor, terms }: Hold,
): Promise<void> => {
  const { pauseId, threadId, runId, state } = pause;
  const { reason, resumeWhen } = terms;
  const at = isoTime(deps.clock);
  await ledger.conditions.remove(pauseId);
  await ledger.pauses.patch(pauseId, { ...terms, cause: 'operator', requestedBy: actor, remedy: null });
  await plantConditions(ledger, { pauseId, resumeWhen, nowMs: deps.clock.now() });
  if (state === 'paused') await sayWhy(ledger, { pause, reason, at });
  const detail = { pause_id: pauseId, reason, instead_of: pause.reason };
  await ledger.log.append({ threadId, runId, at, actor, kind: 'requestPause', from: null, to: null, detail });
};

const sayWhy = async (
  ledger: Ledger,
  { pause, reason, at }: { pause: Pause; reason: string; at: string },
): Promise<void> => {
  const { pauseId, threadId, runId, pausedAt } = pause;
  await ledger.runs.move({ runId, from: 'paused', to: 'paused', set: { reason }, at });
  const lifecycle = { state: 'paused' as const, since: pausedAt ?? at, reason, pauseId };
  await ledger.threads.patch(threadId, { lifecycle, updatedAt: at });
};
