import { setTimeout as wait } from 'node:timers/promises';
import { startCrashServer, until, type CrashServer } from './crash-server.ts';

/** Numbers in [0, 1) that are the same for the same seed. */
export const seeded = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const STUCK_MS = 30_000;

export interface Kills {
  worker: number;
  api: number;
  both: number;
}

/** A server that is killed again and again and started anew on the same folder. */
export class KilledServer {
  readonly kills: Kills = { worker: 0, api: 0, both: 0 };
  readonly #env: Record<string, string>;
  #current: Promise<CrashServer>;

  constructor(env: Record<string, string>) {
    this.#env = env;
    this.#current = startCrashServer({ env });
  }

  /** The one that runs now, or the next one when it is down. */
  up(): Promise<CrashServer> {
    return this.#current;
  }

  /** Waits until something is done. Nothing may be stuck for so long. */
  async atWork(): Promise<void> {
    const server = await this.#current;
    const before = server.effectsBytes();
    const late = Date.now() + STUCK_MS;
    await until(() => server.effectsBytes() > before || Date.now() > late);
    if (server.effectsBytes() === before) throw new Error(`nothing was done for ${STUCK_MS} ms`);
  }

  async kill(what: keyof Kills): Promise<void> {
    const server = await this.#current;
    this.kills[what]++;
    if (what !== 'api') killProcess(server.workers().at(-1));
    if (what === 'worker') return;
    this.#current = server.kill().then(() => startCrashServer({ dataDir: server.dataDir, env: this.#env }));
    await this.#current;
  }

  /**
   * Does `request` until it is answered, on whichever server is up: a connection that breaks says nothing of
   * whether it was heard. What the server refuses is thrown.
   */
  async ask<T>(request: (server: CrashServer) => Promise<T>): Promise<T> {
    for (;;) {
      const server = await this.#current;
      try {
        return await request(server);
      } catch (error) {
        if (isRefusal(error)) throw error;
        await wait(20);
      }
    }
  }
}

/** An answer of the server, as opposed to none. 503 asks to come again. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /HTTP [45]\d\d/.test(error.message) && !error.message.includes('HTTP 503');

const killProcess = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself meanwhile.
  }
};
