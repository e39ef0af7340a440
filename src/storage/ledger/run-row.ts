import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Run } from '../../model/run.ts';
import type { MoveRun } from '../ports.ts';
import type { RunsTable } from './schema.ts';

export const runToRow = (run: Run): Omit<Insertable<RunsTable>, 'lane'> => ({
  run_id: run.runId,
  thread_id: run.threadId,
  assistant_id: run.assistantId,
  state: run.state,
  desired: run.desired,
  attempt: run.attempt,
  spent: run.spent,
  queued: 0,
  multitask_strategy: run.multitaskStrategy,
  kwargs_json: JSON.stringify(run.kwargs),
  metadata_json: JSON.stringify(run.metadata),
  failure_json: run.failure && JSON.stringify(run.failure),
  reason: run.reason,
  pause_id: run.pauseId,
  resume_json: run.resume && JSON.stringify(run.resume),
  fence_floor: run.fenceFloor,
  due_ms: run.dueMs,
  deadline_ms: run.deadlineMs,
  request_hash: run.requestHash,
  since: run.since,
  created_at: run.createdAt,
  updated_at: run.updatedAt,
});

export const runFromRow = (row: Selectable<RunsTable>): Run => ({
  runId: row.run_id,
  threadId: row.thread_id,
  assistantId: row.assistant_id,
  state: row.state as Run['state'],
  desired: row.desired as Run['desired'],
  attempt: row.attempt,
  spent: row.spent,
  multitaskStrategy: row.multitask_strategy as Run['multitaskStrategy'],
  kwargs: JSON.parse(row.kwargs_json) as Run['kwargs'],
  metadata: JSON.parse(row.metadata_json) as Run['metadata'],
  failure: row.failure_json === null ? null : (JSON.parse(row.failure_json) as Run['failure']),
  reason: row.reason,
  pauseId: row.pause_id,
  resume: row.resume_json === null ? null : (JSON.parse(row.resume_json) as Run['resume']),
  fenceFloor: row.fence_floor,
  dueMs: row.due_ms,
  deadlineMs: row.deadline_ms,
  requestHash: row.request_hash,
  since: row.since,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The columns a move sets. A run that is moved leaves the queue; its thread offers it again where that is due. */
export const moveColumns = ({ to, set = {}, at }: MoveRun): Updateable<RunsTable> => {
  const { failure, pauseId, resume, deadlineMs, ...plain } = set; // named as their columns are
  return {
    ...plain,
    ...(failure !== undefined && { failure_json: failure && JSON.stringify(failure) }),
    ...(pauseId !== undefined && { pause_id: pauseId }),
    ...(resume !== undefined && { resume_json: resume && JSON.stringify(resume) }),
    ...(deadlineMs !== undefined && { deadline_ms: deadlineMs }),
    state: to,
    queued: 0,
    since: at,
    updated_at: at,
  };
};
