import type { PauseCheckpoints } from '../engine/pause-checkpoint.ts';
import type { Assistant } from '../model/assistant.ts';
import { isoTime } from '../model/clock.ts';
import type { PauseCheckpoint } from '../model/pause.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import type { SecuredPause } from './pause-record.ts';

export interface SecurePauseInput {
  run: Run;
  assistant: Assistant;
  /** Undefined for a run that is paused without ever having drained: there is no record to write to yet. */
  pauseId?: string;
  unsafe: boolean;
}

export type SecurePause = (input: SecurePauseInput) => Promise<SecuredPause>;

/**
 * Writes down where a run is about to be paused and reads both back, the record and the checkpoint on disk. To be
 * called when nothing of the run writes any more, and before its state says `paused`. What cannot be read back as
 * it was written is tried once more; then the pause is not verified, and the log says why.
 */
export const createSecurePause = (
  deps: LifecycleDeps & { pauseCheckpoints: PauseCheckpoints },
): SecurePause => {
  return async (input) => {
    const first = await attempt(deps, input);
    if (first.problem === undefined) return { checkpoint: first.checkpoint, verified: true };
    const { checkpoint, problem } = await attempt(deps, input);
    if (problem === undefined) return { checkpoint, verified: true };
    const { runId, threadId } = input.run;
    deps.log?.error({ runId, threadId, problem }, 'the pause checkpoint cannot be verified');
    return { checkpoint, verified: false };
  };
};

const attempt = async (
  { storage, clock, pauseCheckpoints, at }: Parameters<typeof createSecurePause>[0],
  { run, assistant, pauseId, unsafe }: SecurePauseInput,
): Promise<{ checkpoint: PauseCheckpoint; problem: string | undefined }> => {
  const capture = { run, assistant, unsafe, at: isoTime(clock) };
  let checkpoint: PauseCheckpoint;
  try {
    checkpoint = await pauseCheckpoints.capture(capture);
  } catch (error) {
    return {
      checkpoint: unreadable(capture),
      problem: error instanceof Error ? error.message : String(error),
    };
  }
  if (pauseId !== undefined) {
    const keep = (ledger: Ledger) => ledger.pauses.patch(pauseId, { checkpoint }, ['draining']);
    await storage.transaction(keep, { single: true });
    at('pause:written');
    const stored = (await storage.pauses.get(pauseId))?.checkpoint;
    if (JSON.stringify(stored) !== JSON.stringify(checkpoint)) {
      return { checkpoint, problem: 'the record is not what was written' };
    }
  }
  return { checkpoint, problem: await pauseCheckpoints.differs(run.threadId, checkpoint) };
};

const unreadable = ({ unsafe, at }: { unsafe: boolean; at: string }): PauseCheckpoint => ({
  checkpointId: null,
  parentId: null,
  sha256: null,
  step: null,
  next: [],
  unsafe,
  takenAt: at,
  code: null,
  config: {},
  context: null,
  assistantVersion: null,
  environment: null,
});
