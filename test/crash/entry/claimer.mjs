import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
import { createAcquireThread, createClaimRun } from '../../../dist/lifecycle/claim-run.js';
import { newUuid } from '../../../dist/lifecycle/deps.js';
import { openEmbeddedStorage } from '../../../dist/storage/embedded/open.js';

/** Does what it is told, in a process of its own, and says what came of it. */
const [dataDir, owner, leaseMs] = process.argv.slice(2);
const storage = await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
const deps = {
  storage,
  clock: { now: () => Date.now() },
  newId: newUuid,
  at: () => {},
  settings: { leaseMs: Number(leaseMs), maxSpentAttempts: 3, eventRetentionMs: 1000 },
};
const claimRun = createClaimRun(deps);
const acquire = createAcquireThread(deps);
/** What it has claimed last, whatever became of that since. */
let claimed;

const claimThread = (threadId) =>
  storage.transaction((ledger) =>
    ledger.threads.claim({ threadId, runId: null, token: newUuid(), owner, expiresAt: Date.now() + 60_000 }),
  );

const now = () => new Date().toISOString();

/** Tries all that the owner of a run writes; `done`, or the name of the error, of each. */
const write = async () => {
  const { run, lease } = claimed;
  const { threadId, runId } = run;
  const { checkpoints, events, effects } = storage;
  const writer = await checkpoints.writer({ lease, runId, metadata: {} });
  const latest = await writer.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
  const at = latest?.config ?? { configurable: { thread_id: threadId, checkpoint_ns: '' } };
  const key = `${runId} by ${owner}`;
  const intent = { threadId, runId, key, name: 'mail', checkpointNs: '', taskId: 't', toolCallId: null };
  const event = { seq: 1, event: 'custom', data: JSON.stringify(owner), ref: null };
  const tries = {
    checkpoint: () => writer.put(at, emptyCheckpoint(), { source: 'loop', step: 1, parents: {} }, {}),
    writes: () => latest && writer.putWrites(at, [['trail', owner]], `task of ${owner}`),
    event: () => events.append({ lease, runId, events: [event] }),
    intent: () => effects.intend({ ...intent, onInDoubt: 'hold', intendedAt: now() }, lease),
    effect: () =>
      effects.settle({ key, outcome: { state: 'done', result: 1 }, at: now(), lease, taskId: 't' }),
  };
  const outcomes = {};
  for (const [what, attempt] of Object.entries(tries))
    outcomes[what] = await Promise.resolve(attempt()).then(
      () => 'done',
      (error) => error.name,
    );
  return outcomes;
};

const ORDERS = {
  thread: async ({ threadId }) => ({ won: (await claimThread(threadId)) !== undefined }),
  run: async ({ runId }) => {
    const won = await claimRun({ runId, owner });
    if (!won) return { won: false };
    claimed = won;
    return { won: await acquire(won.lease), claimed };
  },
  write: async () => (claimed ? write() : {}),
};

process.on('message', ({ order, ...input }) => {
  void ORDERS[order](input).then((answer) => process.send(answer));
});
process.send({ ready: true });
