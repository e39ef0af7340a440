import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { stackBefore, stackLines } from './protocol.ts';

/** Room for who waits and where: the length, then JSON text. */
const LENGTH_BYTES = 4;
export const SYNC_CALL_BYTES = 4096;

/** Who waits in a synchronous call, as the note in shared memory says; undefined when nobody does. */
export const readSyncCall = (memory: SharedArrayBuffer): { runId: string; stack: string[] } | undefined => {
  const note = Buffer.from(memory);
  const length = note.readUInt32LE(0);
  if (length === 0) return undefined;
  return JSON.parse(note.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + length)) as ReturnType<
    typeof readSyncCall
  >;
};

/**
 * While code waits for a program (`execSync` and its kin) no interrupt reaches it, so nobody could ask whose code
 * that is. These functions therefore leave a note in `memory` first, for the watchdog. They work as they did.
 */
export const noteSyncCalls = (memory: SharedArrayBuffer, currentRun: () => string | undefined): void => {
  const note = Buffer.from(memory);
  const noting = (call: (...args: unknown[]) => unknown) => {
    const noted = (...args: unknown[]): unknown => {
      const runId = currentRun();
      if (runId === undefined) return call(...args);
      const stack = stackLines(stackBefore(noted));
      const text = Buffer.from(JSON.stringify({ runId, stack: stack.slice(0, 3) }));
      if (text.length > SYNC_CALL_BYTES - LENGTH_BYTES) return call(...args);
      text.copy(note, LENGTH_BYTES);
      note.writeUInt32LE(text.length, 0);
      try {
        return call(...args);
      } finally {
        note.writeUInt32LE(0, 0);
      }
    };
    return noted;
  };
  const { execSync, execFileSync, spawnSync } = childProcess as unknown as Record<string, () => unknown>;
  Object.assign(childProcess, {
    ...(execSync && { execSync: noting(execSync) }),
    ...(execFileSync && { execFileSync: noting(execFileSync) }),
    ...(spawnSync && { spawnSync: noting(spawnSync) }),
  });
  syncBuiltinESMExports();
};
