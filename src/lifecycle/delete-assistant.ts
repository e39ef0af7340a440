import type { Assistant } from '../model/assistant.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { RunJob } from '../storage/ports.ts';
import type { CancelRunInput } from './cancel-run.ts';
import type { LifecycleDeps } from './deps.ts';

export interface DeleteAssistantInput {
  assistantId: string;
  /** Also the threads it was the last to run on, of those with such metadata; null: none. */
  threads: JsonObject | null;
  actor: string;
}

/** Nobody launches a run of it meanwhile. */
const EXCLUSIVE = { exclusive: true };

/** Threads deleted between two looks for more. */
const PAGE = 100;

type CancelDeps = LifecycleDeps & { cancelRun: (input: CancelRunInput) => Promise<unknown> };

/**
 * Deletes an assistant with its versions, its crons, the decisions remembered for it and who is told of it, and cancels
 * its runs that have not ended; a crash in between is finished by {@link createCancelOrphans}.
 * @throws {HoldpointError} `assistant_not_found`; `invalid_request` for the assistant every graph has.
 */
export const createDeleteAssistant = (
  deps: CancelDeps & {
    findAssistant: (assistantOrGraphId: string) => Promise<Assistant>;
    isSystem: (assistant: Assistant) => boolean;
    deleteThread: (threadId: string) => Promise<void>;
  },
) => {
  return async (input: DeleteAssistantInput): Promise<string> => {
    const { storage } = deps;
    const assistant = await deps.findAssistant(input.assistantId);
    if (deps.isSystem(assistant)) throw ownAssistant(assistant);
    const { assistantId } = assistant;
    const runs = await storage.transaction(async (ledger) => {
      await ledger.assistants.remove(assistantId);
      await ledger.limits.remove(assistantId);
      return ledger.runs.allUnfinished({ assistantId });
    }, EXCLUSIVE);
    await cancelAll(deps, { runs, actor: input.actor });
    const metadata = { assistant_id: assistantId, ...input.threads };
    if (input.threads && metadata.assistant_id === assistantId) await deleteThreads(deps, metadata);
    return assistantId;
  };
};

/** Cancels the runs that are left of deleted assistants. */
export const createCancelOrphans = (deps: CancelDeps) => {
  return async (): Promise<void> => {
    await cancelAll(deps, { runs: await deps.storage.runs.orphans(), actor: 'system' });
  };
};

const cancelAll = async (
  { cancelRun }: CancelDeps,
  { runs, actor }: { runs: RunJob[]; actor: string },
): Promise<void> => {
  const reason = 'its assistant was deleted';
  for (const run of runs) await cancelRun({ ...run, actor, reason }).catch(ignoreEnded);
};

const deleteThreads = async (
  { storage, deleteThread }: LifecycleDeps & { deleteThread: (threadId: string) => Promise<void> },
  metadata: JsonObject,
): Promise<void> => {
  for (;;) {
    const { items } = await storage.threads.search({
      metadata,
      limit: PAGE,
      offset: 0,
      sortBy: 'thread_id',
      sortOrder: 'asc',
    });
    for (const { threadId } of items) await deleteThread(threadId).catch(ignoreEnded);
    if (items.length < PAGE) return;
  }
};

/** It ended, or was deleted, in between. */
const ignoreEnded = (error: unknown): void => {
  const gone = ['invalid_transition', 'run_not_found', 'thread_not_found'];
  if (!isHoldpointError(error) || !gone.includes(error.code)) throw error;
};

const ownAssistant = ({ assistantId, graphId }: Assistant): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `Assistant ${assistantId} is the own one of graph "${graphId}": it is there as long as the graph is.`,
    { details: { field: 'assistant_id' } },
  );
