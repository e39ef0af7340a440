import type { Finding } from '../model/resume-check.ts';
import { failed, passed } from './findings.ts';
import type { ResumeFacts } from './validate-resume.ts';

/** Format of LangGraph's checkpoints that this version can read. */
const CHECKPOINT_FORMAT = 4;

type Problem = 'missing' | 'damaged' | 'newer';

const problem = (checkpointId: string, kind: Problem, what: string): Finding =>
  failed(`checkpoint ${checkpointId} ${what}`, { checkpoint_id: checkpointId, problem: kind });

/** The checkpoint to go on from is on disk, is what was recorded or an edit of that, and can be read. */
export const checkpointIntact = async (facts: ResumeFacts): Promise<Finding> => {
  const { fromCheckpointId, left, run, storage } = facts;
  if (fromCheckpointId !== null) return readable(facts, fromCheckpointId);
  const { threadId } = run;
  const { checkpoint: recorded, since } = left;
  const checkpointId = recorded?.checkpointId ?? undefined;
  if (checkpointId !== undefined && !(await storage.checkpoints.digest({ threadId, checkpointId })))
    return problem(checkpointId, 'missing', 'is not there any more');
  const latest = await storage.checkpoints.digest({ threadId });
  if (!latest) return passed('nothing was stored on the thread');
  const reading = await readable(facts, latest.checkpointId);
  if (reading.status === 'failed' || !recorded) return reading;
  // The edit is written down at the checkpoint before it, too.
  if (latest.checkpointId !== checkpointId)
    return { status: 'warning', detail: `the state was edited since ${since}` };
  if (latest.sha256 === recorded.sha256) return reading;
  return problem(checkpointId, 'damaged', `is not what it was at ${since}: its SHA-256 is another`);
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
