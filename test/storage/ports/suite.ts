import { describe } from 'vitest';
import type { Storage } from '../../../src/storage/ports.ts';
import { eventSuite } from './events.suite.ts';
import { noticeSuite } from './notices.suite.ts';
import { onceSuite } from './once.suite.ts';
import { runSuite } from './runs.suite.ts';
import { searchSuite } from './searches.suite.ts';
import { threadSuite } from './threads.suite.ts';

/** Opens an empty storage of the backend under test. */
export type OpenStorage = () => Promise<Storage>;

/** The conformance suite of the storage ports: the same for every backend. */
export const storagePorts = (backend: string, open: OpenStorage): void => {
  describe(`the storage ports on ${backend}`, () => {
    threadSuite(open);
    runSuite(open);
    onceSuite(open);
    eventSuite(open);
    noticeSuite(open);
    searchSuite(open);
  });
};
