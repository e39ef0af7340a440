import type { PauseCheckpoint } from '../model/pause.ts';
import type { Finding } from '../model/resume-check.ts';
import { failed, passed } from './findings.ts';
import type { ResumeFacts } from './validate-resume.ts';

/** Format of LangGraph's checkpoints that this version can read. */
const CHECKPOINT_FORMAT = 4;

type Problem = 'missing' | 'damaged' | 'newer';

const problem = (checkpointId: string, kind: Problem, what: string): Finding =>
  failed(`checkpoint ${checkpointId} ${what}`, { checkpoint_id: checkpointId, problem: kind });

/** The checkpoint to go on from is on disk, is what was recorded, and can be read. */
export const checkpointIntact = async (facts: ResumeFacts): Promise<Finding> => {
  if (facts.fromCheckpointId !== null) return readable(facts, facts.fromCheckpointId);
  const recorded = facts.pause?.checkpoint;
  if (!recorded || recorded.checkpointId === null) return passed('nothing was stored on the thread');
  const { checkpointId } = recorded;
  return (await unlikeRecord(facts, recorded, checkpointId)) ?? latestOf(facts, checkpointId);
};

/** What is wrong with the very checkpoint the run was paused at. */
const unlikeRecord = async (
  facts: ResumeFacts,
  { sha256 }: PauseCheckpoint,
  checkpointId: string,
): Promise<Finding | undefined> => {
  const { threadId } = facts.run;
  try {
    const digest = await facts.storage.checkpoints.digest({ threadId, checkpointId });
    if (!digest) return problem(checkpointId, 'missing', 'is not there any more');
    const reading = await readable(facts, checkpointId);
    if (reading.status === 'failed') return reading;
    if (digest.sha256 === sha256) return undefined;
    return problem(checkpointId, 'damaged', 'is not what it was at the pause: its SHA-256 is another');
  } catch (error) {
    return unreadable(checkpointId, error);
  }
};

/** The run goes on from the latest: one that came after the pause is an edit. */
const latestOf = async (facts: ResumeFacts, checkpointId: string): Promise<Finding> => {
  const latest = await facts.storage.checkpoints.digest({ threadId: facts.run.threadId });
  if (!latest || latest.checkpointId === checkpointId) return passed();
  const edited = await readable(facts, latest.checkpointId);
  if (edited.status === 'failed') return edited;
  return { status: 'warning', detail: 'the state was edited since the pause' };
};

const readable = async ({ run, storage }: ResumeFacts, checkpointId: string): Promise<Finding> => {
  try {
    const configurable = { thread_id: run.threadId, checkpoint_ns: '', checkpoint_id: checkpointId };
    const tuple = await storage.checkpoints.reader.getTuple({ configurable });
    if (!tuple) return problem(checkpointId, 'missing', 'is not there');
    const { v } = tuple.checkpoint;
    if (v <= CHECKPOINT_FORMAT) return passed();
    return problem(
      checkpointId,
      'newer',
      `was written by a newer version (format ${v}; this one reads ${CHECKPOINT_FORMAT})`,
    );
  } catch (error) {
    return unreadable(checkpointId, error);
  }
};

const unreadable = (checkpointId: string, error: unknown): Finding =>
  problem(
    checkpointId,
    'damaged',
    `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  );
