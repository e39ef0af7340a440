import type { StateUpdate, StateUpdated } from '../engine/graph-calls.ts';
import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Lease } from '../model/lease.ts';
import { isActive } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { threadNotFound } from '../model/not-found.ts';
import { recordQuestions, seeQuestions } from './record-questions.ts';

interface UpdateInput {
  update: StateUpdate;
  /** The worker that does it. */
  owner: string;
  /** How long the graph may take for it. */
  timeoutMs: number;
}

/**
 * How the update itself is done: by the engine, with a saver that writes under the lease. Rejects when the graph takes
 * longer than it may; nothing is written any more then.
 */
export type ApplyUpdate = (
  input: Omit<UpdateInput, 'owner'> & { graphId: string; lease: Lease },
) => Promise<StateUpdated>;

/**
 * Edits a thread's state under a lease of its own, so that no run can start or write meanwhile.
 * To be called in a worker: it runs reducers and conditional edges.
 * A paused thread is edited also while more runs wait behind the paused one: none of them begins before that goes on.
 * @throws {HoldpointError} `thread_not_found`; `thread_busy` while a run is active; `invalid_request` when the
 * thread has no graph yet or the graph refuses the update; `worker_unavailable` when it takes too long for it.
 */
export const createUpdateState = (deps: LifecycleDeps & { applyUpdate: ApplyUpdate }) => {
  return async (input: UpdateInput): Promise<StateUpdated['checkpoint']> => {
    const { storage } = deps;
    const { update, owner, timeoutMs } = input;
    const { graphId, lease } = await storage.transaction((ledger) => claimIdle(deps, { ...input, ledger }));
    deps.at('update_state:claimed');
    try {
      if (!(await storage.checkpoints.acquire(lease))) throw busy(update.threadId);
      const updated = await deps.applyUpdate({ update, graphId, lease, timeoutMs });
      deps.at('update_state:written');
      const asked = await seeQuestions(storage, { threadId: update.threadId, ...updated });
      await storage.transaction(async (ledger) => {
        if (!(await ledger.threads.holds(lease))) throw busy(update.threadId);
        const at = isoTime(deps.clock);
        await record(ledger, { at, updated, update, owner });
        const { threadId } = update;
        await recordQuestions(deps, ledger, { ...updated, threadId, run: null, asked, at });
        await ledger.threads.release(lease);
      });
      return updated.checkpoint;
    } catch (error) {
      await storage.threads.release(lease);
      throw error;
    } finally {
      storage.signals.publish({ kind: 'queue' });
      storage.signals.publish({ kind: 'thread', threadId: update.threadId });
    }
  };
};

type Ledger = Parameters<Parameters<Storage['transaction']>[0]>[0];

const claimIdle = async (
  { clock, newId, settings }: LifecycleDeps,
  { ledger, update, owner }: { ledger: Ledger; update: StateUpdate; owner: string },
): Promise<{ graphId: string; lease: Lease }> => {
  const { threadId } = update;
  const thread = await ledger.threads.get(threadId);
  if (!thread) throw threadNotFound(threadId);
  if (thread.graphId === null) {
    throw new HoldpointError(
      'invalid_request',
      `Thread ${threadId} has no graph yet: start a run on it first.`,
      { details: { field: 'thread_id', thread_id: threadId } },
    );
  }
  const [first] = await ledger.runs.unfinished(threadId);
  const active = first && isActive(first.state) ? first : undefined;
  const expiresAt = clock.now() + settings.leaseMs;
  const lease = active
    ? undefined
    : await ledger.threads.claim({ threadId, runId: null, token: newId(), owner, expiresAt });
  if (!lease) throw busy(threadId, active);
  return { graphId: thread.graphId, lease };
};

const record = async (
  ledger: Ledger,
  { at, updated, update, owner }: { at: string; updated: StateUpdated; update: StateUpdate; owner: string },
): Promise<void> => {
  const { threadId, asNode = null } = update;
  const { checkpoint, values, interrupts, hasNext } = updated;
  const [first] = await ledger.runs.unfinished(threadId);
  const queued = first !== undefined && isActive(first.state);
  const before = await ledger.threads.get(threadId);
  const resolved = before?.lifecycle?.state === 'interrupted' && !hasNext;
  await ledger.threads.patch(threadId, {
    status: queued ? 'busy' : hasNext ? 'interrupted' : 'idle',
    interrupts,
    ...(resolved && {
      lifecycle: {
        state: 'success',
        since: at,
        reason: 'its question was resolved by an edit',
        pauseId: null,
      },
    }),
    updatedAt: at,
  });
  await ledger.threads.putValues(threadId, { runId: null, values });
  await ledger.log.append({
    threadId,
    runId: null,
    at,
    actor: owner,
    kind: 'updateState',
    from: null,
    to: null,
    detail: { as_node: asNode, checkpoint_id: checkpoint.checkpoint_id },
  });
};

/** 409 on the wire: unlike a second run, an edit is never queued. */
const busy = (threadId: string, run?: Run): HoldpointError =>
  new HoldpointError(
    'invalid_transition',
    `Thread ${threadId} is busy: its state cannot be edited while a run is active.`,
    { details: { thread_id: threadId, ...(run && { run_id: run.runId, state: run.state }) } },
  );
