import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pause } from '../../../src/model/pause.ts';
import type { Ledger, Storage } from '../../../src/storage/ports.ts';
import { AT, run, scopePause, thread } from './records.ts';
import type { OpenStorage } from './suite.ts';

const requestHash = 'of what was asked';

const pause = (): Pause => ({
  pauseId: randomUUID(),
  threadId: randomUUID(),
  runId: randomUUID(),
  state: 'paused',
  cause: 'operator',
  reason: 'why',
  mode: 'drain',
  drainTimeoutMs: 1,
  onTimeout: 'extend',
  resumeBehavior: 'continue',
  release: 'idle',
  resumeWhen: null,
  requestedBy: 'me',
  requestedAt: AT,
  drainDeadlineMs: null,
  resumeTokenHash: null,
  resumeTokenExpiresMs: null,
  scopeId: null,
  windowId: null,
  remedy: null,
  checkpoint: null,
  verified: true,
  pausedAt: AT,
  endedAt: null,
  endedBy: null,
  requestHash,
});

const stop = () => ({
  stopId: randomUUID(),
  scope: { threadId: randomUUID() },
  reason: 'why',
  requestedBy: 'me',
  createdAt: AT,
  releasedAt: null,
  releasedBy: null,
  requestHash,
});

/** How each of what a key makes is written with the same id by several, and read. */
const MADE = {
  'a run': () => {
    const one = { ...run(randomUUID()), requestHash };
    return {
      write: (ledger: Ledger) => ledger.runs.insert({ ...one, threadId: randomUUID() }),
      read: async ({ runs }: Storage) => (await runs.get(one.runId))?.requestHash,
    };
  },
  'a pause': () => {
    const one = pause();
    return {
      write: (ledger: Ledger) => ledger.pauses.insert({ ...one, threadId: randomUUID() }),
      read: async ({ pauses }: Storage) => (await pauses.get(one.pauseId))?.requestHash,
    };
  },
  'a scope pause': () => {
    const one = { ...scopePause(), state: 'resumed' as const, requestHash };
    return {
      write: (ledger: Ledger) => ledger.scopes.insert(one),
      read: async ({ scopes }: Storage) => (await scopes.get(one.scopePauseId))?.requestHash,
    };
  },
  'an emergency stop': () => {
    const one = stop();
    return {
      write: (ledger: Ledger) => ledger.stops.insert(one),
      read: async ({ stops }: Storage) => (await stops.get(one.stopId))?.stop.requestHash,
    };
  },
};

/** What a request that is sent twice relies on. */
export const onceSuite = (open: OpenStorage): void => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  describe('what one key makes', () => {
    it.each(Object.entries(MADE))(
      'is %s at most, with all or nothing of the transaction',
      async (_, make) => {
        const { write, read } = make();
        const beside = [thread(), thread(), thread()];
        const asked = await Promise.allSettled(
          beside.map((own) =>
            storage.transaction(async (ledger) => {
              await ledger.threads.insert(own);
              await write(ledger);
            }),
          ),
        );
        const made = asked.map(({ status }) => status === 'fulfilled');
        expect(made.filter(Boolean)).toHaveLength(1);
        const kept = await Promise.all(beside.map(({ threadId }) => storage.threads.get(threadId)));
        expect(kept.map((found) => found !== undefined)).toEqual(made);
        expect(await read(storage)).toBe(requestHash);
      },
    );
  });
};
