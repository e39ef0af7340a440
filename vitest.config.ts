import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Graphs import the package by its own name; tests run the sources. */
const source = (file: string): string => fileURLToPath(new URL(`src/${file}`, import.meta.url));
const alias = {
  'holdpoint/gates/middleware': source('gates/middleware.ts'),
  'holdpoint/gates': source('gates/index.ts'),
  'holdpoint/client': source('client/index.ts'),
};

/** On another backend than the embedded one: what is seen from outside, with the same tests. */
const MATRIX = [
  'test/wire/**/*.int.test.ts',
  'test/control/**/*.int.test.ts',
  'test/triggers/**/*.int.test.ts',
  'test/gates/**/*.int.test.ts',
  'test/scale/**/*.int.test.ts',
  'test/storage/ports/*.int.test.ts',
];
/** With Redis only the queue, the events and the signals are others than on Postgres. */
const ON_POSTGRES = [
  ...MATRIX,
  'test/a2a/*.int.test.ts',
  'test/crash/{effects,partial-output}.int.test.ts',
  'test/mcp/*.int.test.ts',
  'test/notify/*.int.test.ts',
  'test/outbound/*.int.test.ts',
  'test/pause/*.int.test.ts',
  'test/security/*.int.test.ts',
  'test/storage/*postgres*.int.test.ts',
  'test/supervisor/*.int.test.ts',
  'test/telemetry/*.int.test.ts',
  'test/worker/*.int.test.ts',
];
/** And through the console, as far as one whole story. */
const CONSOLE_STORY = 'test/browser/console-story.browser.test.ts';
const REDIS = ['test/storage/ports/redis.int.test.ts', 'test/scale/redis*.int.test.ts'];
/** Several nodes on one Postgres. */
const SCALE = 'test/scale/*.int.test.ts';
const FAULTS = 'test/scale/faults.int.test.ts';
/** It writes its thousands of threads into the data folder. */
const MANY = 'test/pause/many.int.test.ts';
/** What a worker process is watched for has nothing to do with where its runs are stored. */
const BLOCKED = 'test/worker/blocked.int.test.ts';
const INCLUDED = { embedded: ['test/**/*.int.test.ts'], postgres: ON_POSTGRES, redis: MATRIX };
/** What each backend does without: what needs a `redis-server` or is about another one. */
const LEFT_OUT = {
  embedded: [...REDIS, SCALE],
  postgres: [...REDIS, MANY, BLOCKED],
  redis: [FAULTS],
};
const backend = (process.env['HOLDPOINT_TEST_BACKEND'] ?? 'embedded') as keyof typeof LEFT_OUT;

/** Real processes on a shared machine: one second chance, and only there. */
const retry = process.env['CI'] ? 1 : 0;

export default defineConfig({
  resolve: { alias },
  test: {
    // All projects at once, and more files than a small machine has cores: half of the time they wait. Postgres does not.
    maxWorkers: backend === 'embedded' ? 5 : 3,
    // Files share their worker process and what it has imported. What a test changes in it, it puts back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // What is polled for comes when the processes of other tests let it.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.int.test.ts', 'test/**/*.browser.test.ts'],
          testTimeout: 60_000, // the processes of the other projects' tests want the processor too
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: INCLUDED[backend],
          exclude: LEFT_OUT[backend],
          globalSetup: ['test/support/backend-servers.ts', 'test/support/built.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [backend === 'embedded' ? 'test/browser/**/*.browser.test.ts' : CONSOLE_STORY],
          globalSetup: ['test/support/backend-servers.ts', 'test/browser/kept-schemas.ts'],
          retry,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
