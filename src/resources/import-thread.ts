import type { StateUpdate, SuperstepUpdate } from '../engine/graph-calls.ts';
import { HoldpointError } from '../model/errors.ts';
import type { CreatedThread, CreateThreadInput, ThreadWithValues } from './threads.ts';

export interface ImportThreadInput extends CreateThreadInput {
  supersteps: SuperstepUpdate[][];
}

interface ImportDeps {
  createThread: (input: CreateThreadInput) => Promise<CreatedThread>;
  getThread: (threadId: string) => Promise<ThreadWithValues>;
  deleteThread: (threadId: string) => Promise<void>;
  updateState: (update: StateUpdate) => Promise<unknown>;
}

/**
 * Creates a thread and takes it through supersteps, as if its nodes had returned what is given. When the graph
 * refuses one, there is no thread.
 * @throws {HoldpointError} `invalid_request` when the metadata names no graph or the graph refuses; those of creating.
 */
export const createImportThread = (deps: ImportDeps) => {
  return async ({ supersteps, ...input }: ImportThreadInput): Promise<ThreadWithValues> => {
    if (supersteps.length > 0 && typeof input.metadata['graph_id'] !== 'string') throw noGraph();
    const created = await deps.createThread(input);
    const { threadId } = created.thread;
    if (supersteps.length === 0 || !created.isNew) return created;
    try {
      await deps.updateState({ threadId, values: null, supersteps });
    } catch (error) {
      await deps.deleteThread(threadId);
      throw error;
    }
    return deps.getThread(threadId);
  };
};

const noGraph = (): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    'supersteps: metadata.graph_id must name the graph whose nodes they are of',
    { details: { field: 'metadata.graph_id' } },
  );
