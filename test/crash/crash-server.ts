import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';
import { gateOf, type Effect } from './graphs/effects.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface CrashServer extends ServerUnderTest {
  /** The next time that process reaches that point it dies there ("kill both": and the server with it). */
  crashNextAt(role: 'api' | 'worker', point: string, how?: 'kill' | 'kill both' | 'stop'): void;
  /** Whether the point has been reached since. */
  crashed(role: 'api' | 'worker'): boolean;
  /** Resolves when the server or a worker writes a line that begins so. To be called before it can. */
  said(words: string): Promise<void>;
  /** Process ids of the workers started so far, oldest first. */
  workers(): number[];
  /** Waits for the first worker, if need be, and answers the process id of the last. */
  worker(): Promise<number>;
  /** Lets go on what waits in a node, of that thread alone or of no thread in particular, now and later. */
  letGo(threadId?: string): void;
  /** What the graphs did to the world, in order. */
  effects(threadId?: string): Effect[];
  /** How much that is, in bytes: cheaper to ask again and again. */
  effectsBytes(): number;
}

/** Starts a server whose processes can be made to die at the named crash points. */
export const startCrashServer = async (
  options: { dataDir?: string; env?: Record<string, string>; config?: string } = {},
): Promise<CrashServer> => {
  const { dataDir = temporaryFolder(), env = {}, config = builtGraphs('crash') } = options;
  const effectsFile = join(dataDir, 'effects.jsonl');
  const server = await startServerProcess({
    dataDir,
    config,
    entry: pathOf('entry/server.mjs'),
    env: { HOLDPOINT_RENEW_MS: '1000', EFFECTS_FILE: effectsFile, ...env },
  });
  const workers = (): number[] =>
    [...server.output().matchAll(/^worker process (\d+)$/gm)].map(([, pid]) => Number(pid));
  const orderFile = (role: string): string => join(dataDir, `crash-${role}`);
  return {
    ...server,
    crashNextAt: (role, point, how = 'kill') =>
      writeFileSync(orderFile(role), JSON.stringify({ point, how })),
    crashed: (role) => !existsSync(orderFile(role)),
    said: (words) =>
      new Promise((resolve) => {
        const lines = createInterface({ input: server.process.stdout as Readable });
        lines.on('line', (line) => line.startsWith(words) && resolve());
      }),
    workers,
    worker: async () => {
      await until(() => workers().length > 0);
      return workers().at(-1) as number;
    },
    letGo: (threadId) => writeFileSync(gateOf(effectsFile, threadId), ''),
    effectsBytes: () => (existsSync(effectsFile) ? statSync(effectsFile).size : 0),
    effects: (threadId) =>
      readEffects(effectsFile).filter((effect) => threadId === undefined || effect.threadId === threadId),
  };
};

/** Waits for something that no event tells of. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Whether a process is gone, or dead and only waiting to be buried. */
export const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

/** What the graphs wrote to their effects file, in order; a line that is still being written is not there yet. */
export const readEffects = (file: string): Effect[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Effect);
};
