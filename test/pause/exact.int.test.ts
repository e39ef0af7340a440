import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPauseServer, type PauseServer, type RunRef } from './pause-server.ts';

/** How many pauses: a few in CI, HOLDPOINT_LONG=1 for all that was promised. */
const PAUSES = process.env['HOLDPOINT_LONG'] === '1' ? 500 : 63;
const SEED = Number(process.env['HOLDPOINT_SEED'] ?? Date.now() % 1e9);
/** How many threads are paused at the same time. */
const AT_ONCE = 7;

const SHAPES = [
  'linear',
  'parallel',
  'send',
  'subgraph',
  'nested',
  'tool-node',
  'prebuilt-tool-node',
  'create-agent',
  'retrying',
] as const;

const STEP_MS = 20;

/** Mulberry32: the same numbers for the same seed. */
const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer({ env: { HOLDPOINT_CONCURRENCY: '20' } });
});
afterAll(() => server.kill('SIGTERM'));

const inputOf = (shape: string): Record<string, unknown> =>
  shape === 'create-agent' ? { messages: [{ role: 'user', content: 'go', id: 'user' }] } : { ms: STEP_MS };

interface Outcome {
  values: unknown;
  effects: string[];
  pauses: number;
}

/** LangGraph's tool node gives its messages random ids. */
const withoutRandomIds = (values: unknown): unknown =>
  JSON.parse(JSON.stringify(values).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'random')) as unknown;

const outcomeOf = async (run: RunRef, pauses: number): Promise<Outcome> => ({
  values: withoutRandomIds((await server.client.threads.getState(run.threadId)).values),
  effects: server
    .effects(run.threadId)
    .map(({ what }) => what)
    .toSorted(),
  pauses,
});

/** Runs a graph to its end, pausing it after each of these times (ms), if it is still going then. */
const runPaused = async (shape: string, after: number[]): Promise<Outcome> => {
  const run = await server.launch(shape, inputOf(shape));
  let [pauses, attempt] = [0, 1];
  for (const ms of after) {
    await sleep(ms);
    const asked = await server.pause(run);
    if (asked.status === 409) break; // it has ended
    await server.client.runs.join(run.threadId, run.runId);
    const { lifecycle } = (await server.client.runs.get(run.threadId, run.runId)) as unknown as {
      lifecycle: { state: string };
    };
    if (lifecycle.state !== 'paused') break;
    pauses++;
    expect(await server.current(run)).toMatchObject({ state: 'paused', verified: true });
    const resumed = await server.resume(run);
    expect(resumed.status).toBe(202);
    attempt = resumed.body.attempt;
  }
  expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt, spent: 0 });
  return outcomeOf(run, pauses);
};

describe(`pausing at random moments (seed ${SEED})`, () => {
  it(
    `does every step once and ends as the run that was never paused, ${PAUSES} times`,
    { timeout: 600_000 },
    async () => {
      const random = randomFrom(SEED);
      const unpaused = new Map<string, Outcome>();
      for (const shape of SHAPES) unpaused.set(shape, await runPaused(shape, []));
      const reached = Object.fromEntries(SHAPES.map((shape) => [shape, 0]));
      const wrong: unknown[] = [];
      let paused = 0;
      for (let round = 0; paused < PAUSES; round++) {
        const jobs = Array.from(
          { length: AT_ONCE },
          (_, i) => SHAPES[(round * AT_ONCE + i) % SHAPES.length] ?? 'linear',
        );
        const after = jobs.map(() => [0, 0].map(() => Math.floor(random() * 6 * STEP_MS)));
        const outcomes = await Promise.all(jobs.map((shape, i) => runPaused(shape, after[i] ?? [])));
        outcomes.forEach((outcome, i) => {
          const shape = jobs[i] ?? 'linear';
          paused += outcome.pauses;
          reached[shape] = (reached[shape] ?? 0) + outcome.pauses;
          const expected = { ...unpaused.get(shape), pauses: outcome.pauses };
          if (JSON.stringify(outcome) !== JSON.stringify(expected))
            wrong.push({ shape, after: after[i], outcome, expected });
        });
      }
      expect(wrong).toEqual([]);
      console.log(`seed ${SEED}: ${paused} pauses, ${JSON.stringify(reached)}`);
      expect(Object.values(reached).every((count) => count > 0)).toBe(true);
    },
  );
});
