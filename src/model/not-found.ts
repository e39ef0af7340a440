import { HoldpointError } from './errors.ts';

export const threadNotFound = (threadId: string): HoldpointError =>
  new HoldpointError('thread_not_found', `Thread with ID ${threadId} not found`, {
    details: { thread_id: threadId },
  });

export const assistantNotFound = (assistantId: string): HoldpointError =>
  new HoldpointError('assistant_not_found', 'Assistant not found', {
    details: { assistant_id: assistantId },
  });

export const graphNotFound = (graphId: string): HoldpointError =>
  new HoldpointError('graph_not_found', `Graph "${graphId}" is not in langgraph.json.`, {
    details: { graph_id: graphId },
  });

export const runNotFound = (runId: string): HoldpointError =>
  new HoldpointError('run_not_found', 'Run not found', { details: { run_id: runId } });

export const pauseNotFound = (threadId: string): HoldpointError =>
  new HoldpointError('pause_not_found', `Thread ${threadId} is neither draining nor paused.`, {
    details: { thread_id: threadId },
  });

export const checkpointNotFound = (checkpointId: string): HoldpointError =>
  new HoldpointError('checkpoint_not_found', `Checkpoint ${checkpointId} not found`, {
    details: { checkpoint_id: checkpointId },
  });

export const cronNotFound = (cronId: string): HoldpointError =>
  new HoldpointError('cron_not_found', 'Cron not found', { details: { cron_id: cronId } });
