import { configInForce } from '../engine/pause-checkpoint.ts';
import type { Assistant } from '../model/assistant.ts';
import type { CodeFingerprint, CodeOrigin, Pause, PauseCheckpoint } from '../model/pause.ts';
import { readRanWith, type RanWith } from '../model/ran-with.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import type { InForce } from './config-drift.ts';

/** What a run rests with, as it was written down: a resume looks whether it still holds. */
export interface LeftWith {
  /** Since when nothing ran, in words. */
  since: 'the pause' | 'the stop';
  /** The checkpoint it came to rest at; undefined where none was noted. */
  checkpoint: Pick<PauseCheckpoint, 'checkpointId' | 'sha256'> | undefined;
  /** The code that left the state; null where that is not known. */
  code: CodeFingerprint | CodeOrigin | null;
  /** The configuration that was in force; null where that is not known. */
  config: InForce | null;
  /** The nodes that were to run next; null: as the checkpoint says. */
  next: string[] | null;
}

interface Resting {
  run: Run;
  assistant: Assistant | undefined;
  fromCheckpointId: string | null;
}

/** The pause in which the run rests, or in which it rested when it was stopped. */
export const pauseOf = async (
  { pauses }: Pick<Storage, 'pauses'>,
  { runId, threadId, pauseId, since }: Run,
): Promise<Pause | undefined> => {
  if (pauseId !== null) return pauses.get(pauseId);
  const [last] = await pauses.list({ threadId, runId, limit: 1, offset: 0 });
  return last?.state === 'ended' && last.pausedAt !== null && last.endedAt === since ? last : undefined;
};

/** By the record of its pause, else by the latest checkpoint that the run has stored, which says with what. */
export const findLeftWith = async (
  storage: Storage,
  { pause, ...resting }: Resting & { pause: Pause | undefined },
): Promise<LeftWith> => {
  if (pause?.checkpoint) return byRecord(pause.checkpoint);
  const { run } = resting;
  const [ranWith, checkpoint] = await Promise.all([
    lastRanWith(storage, resting).catch(() => undefined), // what cannot be read is told of by the check of the checkpoint
    storage.stops.stoppedAt(run.runId),
  ]);
  return {
    since: pause ? 'the pause' : 'the stop',
    checkpoint,
    code: ranWith?.code ?? null,
    config: (await configOf(storage, resting, ranWith)) ?? null,
    next: null,
  };
};

const byRecord = ({ checkpointId, sha256, code, next, ...inForce }: PauseCheckpoint): LeftWith => ({
  since: 'the pause',
  checkpoint: { checkpointId, sha256 },
  code,
  config: inForce.assistantVersion === null ? null : inForce,
  next,
});

/** What the run's own latest checkpoint says: beneath what was edited since. */
const lastRanWith = async (
  { checkpoints }: Pick<Storage, 'checkpoints'>,
  { run, fromCheckpointId }: Resting,
): Promise<RanWith | undefined> => {
  const { reader } = checkpoints;
  const at = fromCheckpointId !== null && { checkpoint_id: fromCheckpointId };
  let tuple = await reader.getTuple({ configurable: { thread_id: run.threadId, checkpoint_ns: '', ...at } });
  while (tuple?.parentConfig && isEdit(tuple.metadata)) tuple = await reader.getTuple(tuple.parentConfig);
  const metadata = tuple?.metadata as Record<string, unknown> | undefined;
  return metadata?.['run_id'] === run.runId ? readRanWith(metadata) : undefined;
};

const isEdit = (metadata: { source?: string } | undefined): boolean =>
  metadata?.source === 'update' || metadata?.source === 'fork';

const configOf = async (
  { assistants }: Pick<Storage, 'assistants'>,
  { run, assistant }: Resting,
  ranWith: RanWith | undefined,
): Promise<InForce | undefined> => {
  if (!assistant || !ranWith) return undefined;
  const { assistantVersion: version } = ranWith;
  const then = await assistants.version({ assistantId: assistant.assistantId, version });
  return then && configInForce(run, { ...assistant, ...then });
};
