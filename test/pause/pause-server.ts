import { join } from 'node:path';
import { startCrashServer, type CrashServer } from '../crash/crash-server.ts';
import { type LedgerRun, storedRun } from '../crash/inspect.ts';
import { builtGraphs } from '../support/built.ts';

export interface RunRef {
  threadId: string;
  runId: string;
}

/** A pause as the API shows it, as far as tests look at it. */
export interface PauseShown {
  pause_id: string;
  run_id: string;
  state: string;
  reason: string;
  verified: boolean | null;
  drain_timeout_ms: number;
  resume_token?: string;
  checkpoint: { checkpoint_id: string; sha256: string; step: number; next: string[]; unsafe: boolean } | null;
  [key: string]: unknown;
}

export interface Check {
  name: string;
  status: string;
  detail: string | null;
  [key: string]: unknown;
}

export interface ApiAnswer<T> {
  status: number;
  body: T;
}

export interface LogLine {
  kind: string;
  run_id: string;
  detail: Record<string, unknown>;
}

interface StopShown {
  stop_id: string;
  runs: { confirmed: boolean }[];
}

export interface PauseServer extends CrashServer {
  launch(graph: string, input: Record<string, unknown>, of?: Record<string, unknown>): Promise<RunRef>;
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T>>;
  pause(run: RunRef, terms?: Record<string, unknown>): Promise<ApiAnswer<PauseShown>>;
  resume(
    run: RunRef,
    body?: Record<string, unknown>,
  ): Promise<
    ApiAnswer<{ attempt: number; preflight: Check[]; metadata?: { checks: Check[]; failed: string[] } }>
  >;
  current(run: RunRef): Promise<PauseShown>;
  /** Stops everything in an emergency, and lifts the stop once all of it is down. */
  stopAll(): Promise<void>;
  /** Waits until the run is at rest; what the ledger says of it then. */
  atRest(run: RunRef): Promise<LedgerRun>;
  /** What the session log says of the run, in order. */
  log(run: RunRef): Promise<LogLine[]>;
}

/** A server of the graphs that are paused here. */
export const startPauseServer = async (
  options: { dataDir?: string; env?: Record<string, string>; config?: string } = {},
): Promise<PauseServer> => {
  const config = options.config ?? builtGraphs('pause');
  const server = await startCrashServer({ ...options, config });
  const { client, dataDir, url } = server;
  const api: PauseServer['api'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
  };
  return {
    ...server,
    api,
    launch: async (graph, input, of = {}) => {
      const { thread_id: threadId } = await client.threads.create();
      const { run_id: runId } = await client.runs.create(threadId, graph, { input, ...of });
      return { threadId, runId };
    },
    pause: ({ threadId }, terms = {}) =>
      api('POST', `/threads/${threadId}/pause`, { reason: 'maintenance', ...terms }),
    resume: ({ threadId }, body = {}) => api('POST', `/threads/${threadId}/resume`, body),
    current: async ({ threadId }) => (await api<PauseShown>('GET', `/threads/${threadId}/pause`)).body,
    stopAll: async () => {
      const made = await api<StopShown>('POST', '/emergency-stops', {
        scope: { all: true },
        reason: 'enough',
      });
      const path = `/emergency-stops/${made.body.stop_id}`;
      const isDown = async () =>
        (await api<StopShown>('GET', path)).body.runs.every(({ confirmed }) => confirmed);
      while (!(await isDown())) await new Promise((resolve) => setTimeout(resolve, 50));
      await api('POST', `${path}/release`);
    },
    atRest: async ({ threadId, runId }) => {
      await client.runs.join(threadId, runId);
      return storedRun(dataDir, runId);
    },
    log: async ({ threadId, runId }) => {
      const { body } = await api<LogLine[]>('GET', `/threads/${threadId}/log`);
      return body.filter((line) => line.run_id === runId);
    },
  };
};

export const effectsFile = (dataDir: string): string => join(dataDir, 'effects.jsonl');
