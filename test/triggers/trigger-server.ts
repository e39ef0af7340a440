import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { gateOf } from '../crash/graphs/effects.ts';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface Answer<T> {
  status: number;
  body: T;
}

type Json = Record<string, unknown>;

/** A server whose clock is set here and that can be killed. */
export interface TriggerServer {
  readonly running: ServerUnderTest;
  readonly dataDir: string;
  api<T = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Launches a run on a thread of its own, or on this one. */
  launch(graph?: string, input?: Json, of?: Json & { threadId?: string }): Promise<Run>;
  /** Waits until the first step of what was launched to be held has begun. */
  begun(run: Run): Promise<void>;
  /** Lets go on what was launched to be held. */
  letGo(run: Run): void;
  pause(run: Run, terms?: Json): Promise<PauseView>;
  /** The word of the thread's lifecycle. */
  state(run: Run): Promise<string>;
  /** Waits until the run's lifecycle says so. */
  becomes(run: Run, state: string): Promise<void>;
  log(run: Run): Promise<{ kind: string; actor: string; detail: Json | null }[]>;
  /** How far the clock is ahead of the real one from now on. */
  ahead(ms: number): void;
  /** It dies there the next time it comes by; resolves when it has. */
  crashAt(point: string): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
}

export interface Run {
  threadId: string;
  runId: string;
}

export interface PauseView {
  pause_id: string;
  state: string;
  reason: string;
  resume_token: string;
  resume_url: string;
}

export const startTriggerServer = async (env: Record<string, string> = {}): Promise<TriggerServer> => {
  const dataDir = temporaryFolder();
  const effectsFile = join(dataDir, 'effects.jsonl');
  const start = (): Promise<ServerUnderTest> =>
    startServerProcess({
      dataDir,
      env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1', EFFECTS_FILE: effectsFile, ...env },
      config: builtGraphs('triggers'),
      entry: pathOf('entry/server.mjs'),
    });
  let running = await start();

  const api: TriggerServer['api'] = async (...[method, path, body, headers]) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${running.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(text !== undefined && { body: text }),
    });
    const said = await response.text();
    return { status: response.status, body: (said === '' ? undefined : JSON.parse(said)) as never };
  };
  const state = async ({ threadId, runId }: Run): Promise<string> => {
    const { body } = await api<{ lifecycle: { state: string } }>('GET', `/threads/${threadId}/runs/${runId}`);
    return body.lifecycle.state;
  };
  return {
    get running() {
      return running;
    },
    dataDir,
    api,
    launch: async (graph = 'steps', input = {}, { threadId, ...of } = {}) => {
      const thread = threadId ?? (await running.client.threads.create()).thread_id;
      const { body } = await api<{ run_id: string }>('POST', `/threads/${thread}/runs`, {
        assistant_id: graph,
        input,
        ...of,
      });
      return { threadId: thread, runId: body.run_id };
    },
    begun: ({ threadId }) =>
      vi.waitFor(
        () => {
          if (!readFileSync(effectsFile, 'utf8').includes(threadId)) throw new Error('no step has begun');
        },
        { timeout: 60_000, interval: 25 },
      ),
    letGo: ({ threadId }) => writeFileSync(gateOf(effectsFile, threadId), ''),
    pause: async ({ threadId }, terms = {}) =>
      (await api<PauseView>('POST', `/threads/${threadId}/pause`, { reason: 'to wait', ...terms })).body,
    state,
    becomes: (run, expected) =>
      vi.waitFor(
        async () => {
          const now = await state(run);
          if (now !== expected) throw new Error(`the run is ${now}, not ${expected}`);
        },
        { timeout: 60_000, interval: 25 },
      ),
    log: async ({ threadId }) => (await api<never[]>('GET', `/threads/${threadId}/log`)).body,
    ahead: (ms) => writeFileSync(join(dataDir, 'clock'), String(ms)),
    crashAt: async (point) => {
      writeFileSync(join(dataDir, 'crash-api'), JSON.stringify({ point, how: 'kill' }));
      await once(running.process, 'exit');
    },
    kill: (signal) => running.kill(signal),
    restart: async () => {
      await running.kill();
      running = await start();
    },
  };
};
