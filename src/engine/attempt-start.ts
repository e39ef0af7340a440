import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import type { CheckpointRef, Run } from '../model/run.ts';
import type { CheckpointWriter } from '../storage/checkpoints.ts';
import { lookPastDamage } from './look-past-damage.ts';

/** The root checkpoint an attempt goes on from: the latest when none is named. */
export const tupleAt = (
  saver: CheckpointWriter,
  threadId: string,
  at: CheckpointRef | null,
): Promise<CheckpointTuple | undefined> =>
  saver.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '', ...at } });

/** What the channel of the tool runs held at a checkpoint, which may be a subgraph's. */
export const toolRunsAt = async (
  saver: CheckpointWriter,
  threadId: string,
  { ns, id }: { ns: string; id: string },
): Promise<unknown> => {
  const at = { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id };
  return (await saver.getTuple({ configurable: at }))?.checkpoint.channel_values['toolRuns'];
};

/**
 * The checkpoint a resume goes on from, if it named one and nothing was stored since.
 * @param progressed whether this attempt has stored a step by now
 */
export const restartAt = async (
  saver: CheckpointWriter,
  { threadId, runId, resume }: Pick<Run, 'threadId' | 'runId' | 'resume'>,
  progressed: () => boolean,
): Promise<CheckpointRef | null> => {
  const checkpointId = resume?.checkpointId;
  if (!resume || !checkpointId) return null;
  const latest = await tupleAt(saver, threadId, null).catch(() =>
    lookPastDamage(saver, checkpointId, progressed),
  );
  const metadata = (latest?.metadata ?? {}) as { run_id?: string; run_attempt?: number };
  const since = metadata.run_id === runId && (metadata.run_attempt ?? 0) >= resume.attempt;
  return since ? null : { checkpoint_id: checkpointId, checkpoint_ns: '' };
};
