import { randomUUID } from 'node:crypto';
import { openGraphReads } from '../../src/composition/graph-reads.ts';
import { pauseSecurer } from '../../src/composition/pauses.ts';
import type { AttemptResult } from '../../src/engine/executor.ts';
import { createGraphRegistry } from '../../src/engine/graph-registry.ts';
import type { RunOutcome } from '../../src/engine/outcome.ts';
import type { ClaimedRun } from '../../src/engine/run-config.ts';
import { createCancelRun } from '../../src/lifecycle/cancel-run.ts';
import { createAcquireThread, createClaimRun } from '../../src/lifecycle/claim-run.ts';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import { createLaunchRun } from '../../src/lifecycle/launch-run.ts';
import { createRequestPause, type RequestPauseInput } from '../../src/lifecycle/pause-thread.ts';
import { createReapRuns } from '../../src/lifecycle/reap-runs.ts';
import { createTally } from '../../src/telemetry/tally.ts';
import { createSettleRun } from '../../src/lifecycle/settle-run.ts';
import { createWithdrawPause } from '../../src/lifecycle/withdraw-pause.ts';
import type { Run, RunKwargs } from '../../src/model/run.ts';
import type { Thread } from '../../src/model/thread.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { assistant, AT, run, thread } from '../storage/ports/records.ts';
import { temporaryFolder } from '../support/server.ts';

const OWNER = 'worker-1';

type RunId = Pick<Run, 'threadId' | 'runId'>;

/** The use-cases on a real storage in a folder of their own, or on the one given, with a clock that stands still. */
export const openLifecycle = async (given?: Storage) => {
  const dataDir = temporaryFolder();
  const storage = given ?? (await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' }));
  const agent = assistant();
  await storage.transaction((ledger) => ledger.assistants.insert(agent));
  const deps: LifecycleDeps = {
    storage,
    clock: { now: () => Date.parse(AT) },
    newId: randomUUID,
    at: () => {},
    tally: createTally(),
    settings: {
      leaseMs: 1000,
      maxSpentAttempts: 2,
      runTimeoutMs: 0,
      eventRetentionMs: 1000,
      approvalDialects: true,
    },
  };
  const launchRun = createLaunchRun({ ...deps, findAssistant: () => Promise.resolve(agent) });
  const claimRun = createClaimRun(deps);
  const graphs = createGraphRegistry({});
  const reads = openGraphReads({ graphs, storage });
  const securePause = pauseSecurer(deps, { graphs, reads, runsCode: false });
  const settleRun = createSettleRun({ ...deps, securePause });
  const acquire = createAcquireThread(deps);
  const cancelRun = createCancelRun(deps);

  const newThread = async (of: Partial<Thread> = {}): Promise<string> => {
    const created = thread(of);
    await storage.transaction((ledger) => ledger.threads.insert(created));
    return created.threadId;
  };
  const launch = (
    threadId: string,
    of: { kwargs?: Partial<RunKwargs>; strategy?: 'reject' | 'enqueue' } = {},
  ) =>
    launchRun({
      threadId,
      assistantId: agent.assistantId,
      kwargs: { ...run(threadId).kwargs, ...of.kwargs },
      metadata: {},
      multitaskStrategy: of.strategy ?? 'reject',
      actor: 'user',
    });
  const claim = async (launched: Run): Promise<ClaimedRun> => {
    const claimed = await claimRun({ runId: launched.runId, owner: OWNER });
    if (!claimed) throw new Error('the run could not be claimed');
    return claimed;
  };
  const settle = (claimed: ClaimedRun, outcome: RunOutcome, of: Partial<AttemptResult> = {}) =>
    settleRun(claimed, {
      outcome,
      values: '{}',
      interrupts: {},
      hasNext: false,
      events: [],
      lastSeq: 0,
      progressed: true,
      ...of,
    });
  const stateOf = async ({ runId }: { runId: string }) => (await storage.runs.get(runId))?.state;
  const logOf = async (threadId: string) =>
    (await storage.log.read(threadId)).map(({ kind, from, to }) => [kind, from, to]);

  const requestPause = createRequestPause({ ...deps, securePause });

  return {
    agent,
    dataDir,
    deps,
    storage,
    newThread,
    launch,
    claim,
    claimRun,
    settle,
    settleRun,
    securePause,
    requestPause,
    pause: (threadId: string, of: Partial<RequestPauseInput> = {}) =>
      requestPause({ threadId, reason: 'because', actor: 'user', ...of }),
    withdraw: createWithdrawPause(deps),
    acquire,
    stateOf,
    logOf,
    cancel: ({ threadId, runId }: RunId, reason = 'enough') =>
      cancelRun({ threadId, runId, actor: 'user', reason }),
    // These threads have no graph to load: what they show is then left as it is.
    reap: createReapRuns({ ...deps, securePause, readThread: () => Promise.reject(new Error('no graph')) }),
    owner: OWNER,
  };
};

export type Lifecycle = Awaited<ReturnType<typeof openLifecycle>>;
