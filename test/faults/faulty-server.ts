import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readEffects } from '../crash/crash-server.ts';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface FaultyServer extends ServerUnderTest {
  /** Makes it so from now on, in every process of the server; undefined ends the fault. */
  fault(kind: 'clock' | 'io', value: string | undefined): void;
  did(threadId: string): string[];
  post(path: string, body: object): Promise<Answer>;
}

export interface Answer {
  status: number;
  retryAfter: string | null;
  body: { code?: string; message?: string; thread_id?: string };
}

export const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  retryAfter: response.headers.get('retry-after'),
  body: (await response.json()) as Answer['body'],
});

/** A server whose disk and clock can be made to fail; what its graphs do is kept outside of its data folder. */
export const startFaultyServer = async (
  options: { dataDir?: string; env?: Record<string, string>; log?: number } = {},
): Promise<FaultyServer> => {
  const { dataDir = temporaryFolder(), env = {}, log } = options;
  const effects = join(temporaryFolder(), 'effects.jsonl');
  const server = await startServerProcess({
    dataDir,
    config: builtGraphs('crash'),
    entry: pathOf('entry/server.mjs'),
    ...(log !== undefined && { log }),
    env: { HOLDPOINT_RENEW_MS: '1000', EFFECTS_FILE: effects, ...env },
  });
  return {
    ...server,
    fault: (kind, value) => {
      const file = join(dataDir, `fault-${kind}`);
      if (value === undefined) rmSync(file, { force: true });
      else writeFileSync(file, value);
    },
    did: (threadId) =>
      readEffects(effects).flatMap((line) => (line.threadId === threadId ? [line.what] : [])),
    post: async (path, body) =>
      answerOf(await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) })),
  };
};

/** Refused as something that passes: the client is told when to come again, and what is wrong. */
export const expectComeAgain = (answer: Answer, status: 503 | 507): void => {
  const code = status === 507 ? 'storage_full' : 'storage_unavailable';
  expect(answer).toMatchObject({ status, body: { code } });
  expect(Number(answer.retryAfter)).toBeGreaterThan(0);
};
