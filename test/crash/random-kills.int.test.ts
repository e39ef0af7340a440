import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { StreamMode } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { damage, expectAgreement, heldThreads, orphans } from './inspect.ts';
import type { Effect } from './graphs/effects.ts';
import { KilledServer, seeded, type Kills } from './killed-server.ts';
import { expectExactlyTheLog, watchRun, type WatchedRun } from './watched-run.ts';

/** 100 in CI; more of them: `npm run test:crash`. The same ones again: HOLDPOINT_CRASH_SEED. */
const KILLS = Number(process.env['HOLDPOINT_CRASH_KILLS'] ?? 10);
const SEED = Number(process.env['HOLDPOINT_CRASH_SEED'] ?? Date.now() % 1_000_000);
const LANES = 4;
const STEPS = 8;
/** What is killed, by how often. */
const WHAT = ['worker', 'worker', 'worker', 'worker', 'api', 'both'] as const;
/** How many kills wait until the worker is at work; the others come also while it starts. */
const MOSTLY = 0.7;
/** Nothing may be stuck for longer after the last start. */
const AT_REST_MS = 30_000;

const TRAIL = Array.from({ length: STEPS }, (_, index) => `step-${index + 1}`);
const GATE_TRAIL = ['prepare', 'answered yes', 'act'];

interface Done extends WatchedRun {
  /** What its thread did in the end; null where that is one effect with a key. */
  trail: string[] | null;
}

describe('a server killed at random', () => {
  it(
    `loses nothing it acknowledged and does nothing twice, over ${KILLS} kills`,
    { timeout: 180_000 + KILLS * 6000 },
    async () => {
      console.log(`random kills: seed ${SEED}`);
      const killed = new KilledServer({ HOLDPOINT_MAX_ATTEMPTS: '50', HOLDPOINT_HEARTBEAT_MS: '1000' });
      const random = seeded(SEED);
      const over = new AbortController();
      const lanes = Array.from({ length: LANES }, (_, lane) => work(killed, over.signal, lane));
      while (sum(killed.kills) < KILLS) {
        if (random() < MOSTLY) await killed.atWork();
        await wait(random() * 200);
        await killed.kill(WHAT[Math.floor(random() * WHAT.length)] ?? 'both');
        if (sum(killed.kills) % 100 === 0)
          console.log(`random kills: ${JSON.stringify(killed.kills)} so far`);
      }
      over.abort();
      const stuck = wait(AT_REST_MS, 'stuck' as const);
      const done = await Promise.race([Promise.all(lanes), stuck]);
      if (done === 'stuck')
        throw new Error(
          `runs are stuck (seed ${SEED}): ${(await heldThreads((await killed.up()).dataDir)).join()}`,
        );
      await verify(killed, done.flat());
      const { dataDir, kill } = await killed.up();
      await kill('SIGTERM');
      expect([damage(dataDir), await orphans(dataDir), await heldThreads(dataDir)]).toEqual([[], {}, []]);
      console.log(report(killed.kills, done.flat()));
    },
  );
});

/** Printed when all of it has been looked at, and so when nothing was lost, damaged, stuck or done twice. */
const report = (kills: Kills, runs: Done[]): string => {
  const events = runs.reduce((count, { frames }) => count + frames.length, 0);
  const [keyed, trails] = [runs.filter(({ trail }) => trail === null), runs.filter(({ trail }) => trail)];
  const decisions = trails.filter(({ trail }) => trail === GATE_TRAIL).length / 2;
  const steps = new Map(trails.map(({ threadId, trail }) => [threadId, trail?.length ?? 0]));
  return [
    `random kills: ${sum(kills)} ${JSON.stringify(kills)}`,
    `acknowledged: ${runs.length} runs and their inputs, ${decisions} decisions,`,
    `${[...steps.values()].reduce((all, count) => all + count, 0)} steps, ${events} events; lost: 0`,
    `databases: 2, damaged: 0; runs stuck after ${AT_REST_MS / 1000} s: 0`,
    `effects with a key: ${keyed.length}, done twice: 0`,
  ].join('\n  ');
};

const sum = ({ worker, api, both }: Kills): number => worker + api + both;

/** Launches runs one after another until told to stop, and sees each through. */
const work = async (killed: KilledServer, over: AbortSignal, lane: number): Promise<Done[]> => {
  const done: Done[] = [];
  for (let round = lane; !over.aborted; round++)
    done.push(...(await (KINDS[round % KINDS.length] ?? counted)(killed)));
  return done;
};

const counted = async (killed: KilledServer): Promise<Done[]> => {
  const threadId = await newThread(killed);
  const runId = await launch(killed, threadId, {
    graph: 'steps',
    body: { input: { steps: STEPS, ms: 15 } },
    nth: 1,
  });
  return [{ ...(await watchRun(killed, threadId, runId)), trail: TRAIL }];
};

const asked = async (killed: KilledServer): Promise<Done[]> => {
  const threadId = await newThread(killed);
  const question = await launch(killed, threadId, { graph: 'gate', body: { input: { ms: 15 } }, nth: 1 });
  const held = await watchRun(killed, threadId, question);
  const answer = await launch(killed, threadId, {
    graph: 'gate',
    body: { command: { resume: 'yes' } },
    nth: 2,
  });
  return [
    { ...held, trail: GATE_TRAIL },
    { ...(await watchRun(killed, threadId, answer)), trail: GATE_TRAIL },
  ];
};

/** One mail, of which the world can be asked whether it went out. */
const mailed = async (killed: KilledServer): Promise<Done[]> => {
  const threadId = await newThread(killed);
  const runId = await launch(killed, threadId, {
    graph: 'doubtful',
    body: { input: { rule: 'verify' } },
    nth: 1,
  });
  return [{ ...(await watchRun(killed, threadId, runId)), trail: null }];
};

const KINDS = [counted, asked, mailed];

const newThread = async (killed: KilledServer): Promise<string> => {
  const threadId = randomUUID();
  await killed.ask(({ client }) => client.threads.create({ threadId, ifExists: 'do_nothing' }));
  return threadId;
};

interface Launch {
  graph: string;
  body: { input?: Record<string, unknown>; command?: { resume: string } };
  /** Which run of the thread it is: when the answer got lost, whether it was heard can be seen by that. */
  nth: number;
}

const launch = (killed: KilledServer, threadId: string, { graph, body, nth }: Launch): Promise<string> =>
  killed.ask(async ({ client }) => {
    const runs = await client.runs.list(threadId);
    const heard = runs[runs.length - nth];
    if (heard) return heard.run_id;
    const streamMode: StreamMode[] = ['values', 'updates'];
    if (nth === 1) return (await client.runs.create(threadId, graph, { ...body, streamMode })).run_id;
    // As a stream, which writes its events at once; its reader leaves as soon as it knows the run.
    const controller = new AbortController();
    const stream = client.runs.stream(threadId, graph, { ...body, streamMode, signal: controller.signal });
    for await (const { event, data } of stream) {
      controller.abort();
      if (event === 'metadata') return (data as { run_id: string }).run_id;
    }
    throw new Error('the stream ended at once');
  });

/** Every run ended well, in the state of an undisturbed one; each step was done once, or again under the same task. */
const verify = async (killed: KilledServer, done: Done[]): Promise<void> => {
  const server = await killed.up();
  const did = byThread(server.effects());
  for (const { trail, ...watched } of done) {
    const { threadId, runId } = watched;
    const effects = did.get(threadId) ?? [];
    expect((await server.client.runs.get(threadId, runId)).status).toBe('success');
    if (trail === null) {
      await expectOnce(killed, watched, effects);
      continue;
    }
    const { values } = await server.client.threads.getState<{ trail: string[] }>(threadId);
    expect(values.trail).toEqual(trail);
    await expectAgreement(server.client, threadId);
    await expectExactlyTheLog(killed, watched);
    const tasks = new Map<string, Set<string>>();
    for (const { what, task } of effects) tasks.set(what, (tasks.get(what) ?? new Set()).add(task));
    expect([...tasks.keys()]).toEqual(trail);
    expect([...tasks.values()].map(({ size }) => size)).toEqual(trail.map(() => 1));
    const heard = acknowledged(watched);
    for (const { what, at } of effects)
      expect(heard.get(what) ?? Infinity, `${what} was done again`).toBeGreaterThanOrEqual(at);
  }
};

const byThread = (effects: Effect[]): Map<string, Effect[]> => {
  const grouped = new Map<string, Effect[]>();
  for (const effect of effects)
    grouped.set(effect.threadId, [...(grouped.get(effect.threadId) ?? []), effect]);
  return grouped;
};

/** It went out once, under the key that the ledger has. */
const expectOnce = async (killed: KilledServer, watched: WatchedRun, effects: Effect[]): Promise<void> => {
  const { url } = await killed.up();
  const ledger = (await (await fetch(`${url}/threads/${watched.threadId}/effects`)).json()) as {
    key: string;
  }[];
  expect(ledger).toMatchObject([{ state: 'done' }]);
  expect(effects.map(({ what }) => what)).toEqual(ledger.map(({ key }) => key));
  await expectExactlyTheLog(killed, watched);
};

/** When it was first heard, by an `updates` event, that a step was done: from then on it may not be done again. */
const acknowledged = ({ frames }: WatchedRun): Map<string, number> => {
  const heard = new Map<string, number>();
  for (const { event, data, at } of frames) {
    if (event !== 'updates') continue;
    const updates = Object.values(data as Record<string, { trail?: string[] } | null>);
    for (const step of updates.flatMap((update) => update?.trail ?? []))
      heard.set(step, Math.min(at, heard.get(step) ?? at));
  }
  return heard;
};
