import { createClaimRun } from '../../../dist/lifecycle/claim-run.js';
import { newUuid } from '../../../dist/lifecycle/deps.js';
import { openEmbeddedStorage } from '../../../dist/storage/embedded/open.js';

/** Claims what it is told to, in a process of its own, and says whether it got it. */
const [dataDir, owner] = process.argv.slice(2);
const storage = await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
const claimRun = createClaimRun({
  storage,
  clock: { now: () => Date.now() },
  newId: newUuid,
  at: () => {},
  settings: { leaseMs: 60_000, maxSpentAttempts: 3, eventRetentionMs: 1000 },
});

const claimThread = (threadId) =>
  storage.transaction((ledger) =>
    ledger.threads.claim({ threadId, runId: null, token: newUuid(), owner, expiresAt: Date.now() + 60_000 }),
  );

process.on('message', ({ runId, threadId }) => {
  const claim = runId === undefined ? claimThread(threadId) : claimRun({ runId, owner });
  void claim.then((won) => process.send({ won: won !== undefined }));
});
process.send({ ready: true });
