import { startCrashServer, type CrashServer } from '../crash/crash-server.ts';
import { type LedgerRun, runLog, storedRun } from '../crash/inspect.ts';
import { builtGraphs } from '../support/built.ts';
import type { Trouble } from './graphs/trouble.ts';

export interface RunRef {
  threadId: string;
  runId: string;
}

export interface TroubleServer extends CrashServer {
  /** Starts a run on a thread of its own. */
  launch(graph: string, input: Record<string, unknown>): Promise<RunRef>;
  trouble(what: Trouble): Promise<RunRef>;
  /** Waits until the run is at rest; what the ledger says of it then. */
  ended(run: RunRef): Promise<LedgerRun>;
  /** The last line of the run's event log, as a reader gets it. */
  lastEvent(run: RunRef): Promise<{ event: string; data: unknown } | undefined>;
}

/** A server whose graphs can be made to misbehave. */
export const startTroubleServer = async (
  env: Record<string, string>,
  dataDir?: string,
  config = builtGraphs('worker'),
): Promise<TroubleServer> => {
  const server = await startCrashServer({ config, env, ...(dataDir !== undefined && { dataDir }) });
  const { client } = server;
  const launch: TroubleServer['launch'] = async (graph, input) => {
    const { thread_id: threadId } = await client.threads.create();
    const { run_id: runId } = await client.runs.create(threadId, graph, { input });
    return { threadId, runId };
  };
  return {
    ...server,
    launch,
    trouble: (what) => launch('trouble', { what }),
    ended: async ({ threadId, runId }) => {
      await client.runs.join(threadId, runId);
      return storedRun(server.dataDir, runId);
    },
    lastEvent: async ({ threadId, runId }) => {
      let last: { event: string; data: unknown } | undefined;
      for await (const event of client.runs.joinStream(threadId, runId, { lastEventId: '-1' })) last = event;
      return last;
    },
  };
};

/** What the session log says of each time the run was taken back: how many attempts it had spent then. */
export const spentEachTime = async ({ dataDir }: TroubleServer, { runId }: RunRef): Promise<unknown[]> =>
  (await runLog(dataDir, runId))
    .filter(({ kind }) => kind === 'loseLease' || kind === 'fail')
    .map(({ detail }) => detail['spent']);
