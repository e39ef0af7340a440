import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunnableConfig } from '@langchain/core/runnables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../src/engine/run-config.ts';
import type { RunState } from '../../src/model/run-state.ts';
import { openLifecycle, type Lifecycle } from '../lifecycle/bench.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';

const RACES = 200;

type Answer = Record<string, unknown>;

const ALL = ['checkpoint', 'writes', 'event', 'intent', 'effect'];
const each = (outcome: string): Answer => Object.fromEntries(ALL.map((what) => [what, outcome]));
const REFUSED = each('LeaseLostError');

describe('two processes that want the same', () => {
  let lifecycle: Lifecycle;
  let claimers: [ChildProcess, ChildProcess];

  beforeAll(async () => {
    lifecycle = await openLifecycle();
    const entry = fileURLToPath(new URL('entry/claimer.mjs', import.meta.url));
    const start = (owner: string): ChildProcess => fork(entry, [lifecycle.dataDir, owner, '2000']);
    claimers = [start('a'), start('b')];
    await Promise.all(claimers.map((claimer) => once(claimer, 'message')));
  });

  afterAll(async () => {
    for (const claimer of claimers) claimer.kill('SIGKILL');
    await lifecycle.storage.close();
  });

  const tell = async (claimer: ChildProcess, order: string, input: object = {}): Promise<Answer> => {
    const answer = once(claimer, 'message') as Promise<[Answer]>;
    claimer.send({ order, ...input });
    return (await answer)[0];
  };

  /** What each process has claimed last. */
  const claims = new Map<ChildProcess, ClaimedRun>();

  /** Both ask at the same moment: who got it. */
  const winners = async (order: string, wanted: object): Promise<ChildProcess[]> => {
    const answers = await Promise.all(claimers.map((claimer) => tell(claimer, order, wanted)));
    return claimers.filter((_, index) => answers[index]?.['won'] === true);
  };

  const claimRun = async (claimer: ChildProcess, runId: string): Promise<boolean> => {
    const { won, claimed } = await tell(claimer, 'run', { runId });
    if (won === true) claims.set(claimer, claimed as ClaimedRun);
    return won === true;
  };

  /** The end of a run, written with what that process has claimed last. */
  const settle = async (claimer: ChildProcess): Promise<RunState | undefined> => {
    const claimed = claims.get(claimer);
    return claimed && lifecycle.settle(claimed, { kind: 'finished' }, { lastSeq: 1 });
  };

  const historyOf = async (threadId: string) => {
    const history = [];
    const place = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
    for await (const { config, parentConfig } of lifecycle.storage.checkpoints.reader.list(place))
      history.push({ id: idOf(config), parent: idOf(parentConfig) });
    return history;
  };
  const idOf = (config: RunnableConfig | undefined): unknown => config?.configurable?.['checkpoint_id'];

  it(
    `never both get a run, and its loser writes nothing: ${RACES} races on one thread leave one line of history`,
    { timeout: 120_000 },
    async () => {
      const threadId = await lifecycle.newThread();
      for (let race = 0; race < RACES; race++) {
        const { runId } = await lifecycle.launch(threadId);
        const won = await Promise.all(claimers.map((claimer) => claimRun(claimer, runId)));
        expect(won.filter((got) => got)).toEqual([true]);
        const [winner, loser] = won[0] === true ? claimers : ([claimers[1], claimers[0]] as const);
        const wrote = tell(winner, 'write');
        const late = await tell(loser, 'write');
        expect(late).toEqual(claims.has(loser) ? REFUSED : {});
        expect(await wrote).toEqual(each('done'));
        expect(await settle(loser)).toBeUndefined();
        expect(await settle(winner)).toBe('success');
      }
      expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({ fence: RACES });
      const history = await historyOf(threadId);
      expect(history).toHaveLength(RACES);
      expect(history.map(({ parent }) => parent)).toEqual([
        ...history.slice(1).map(({ id }) => id),
        undefined,
      ]);
    },
  );

  it(`never both get a thread, in ${RACES} races`, { timeout: 60_000 }, async () => {
    for (let race = 0; race < RACES; race++) {
      const threadId = await lifecycle.newThread();
      expect(await winners('thread', { threadId })).toHaveLength(1);
      expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({ fence: 1 });
    }
  });

  it('leave a run to one of them: who was stopped past its lease, and wakes when it was taken over, writes nothing', async () => {
    const [zombie] = claimers;
    const launched = await lifecycle.launch(await lifecycle.newThread());
    const { threadId, runId } = launched;
    expect(await claimRun(zombie, runId)).toBe(true);
    expect(await tell(zombie, 'write')).toEqual(each('done'));
    zombie.kill('SIGSTOP');
    const reap = () => lifecycle.reap({ held: { expiredBefore: Date.now() }, reason: 'its lease ran out' });
    await expect.poll(reap, { timeout: 60_000 }).toBe(1);
    const now = await lifecycle.claim(launched);
    expect(await lifecycle.acquire(now.lease)).toBe(true);

    const { storage } = lifecycle;
    const left = async () => ({
      history: await historyOf(threadId),
      events: await storage.events.read({ threadId, after: { fence: 0, seq: 0 }, limit: 100 }),
      effects: await storage.effects.list(threadId),
      run: await storage.runs.get(runId),
    });
    const before = await left();
    const woken = tell(zombie, 'write');
    zombie.kill('SIGCONT');
    expect(await woken).toEqual(REFUSED);
    expect(await settle(zombie)).toBeUndefined();
    expect(await left()).toEqual(before);
    expect(await lifecycle.settle(now, { kind: 'finished' })).toBe('success');
  });
});

describe('a second server on a data folder', () => {
  let first: ServerUnderTest;

  beforeAll(async () => {
    first = await startServerProcess();
  });

  afterAll(() => first.kill());

  it('is refused at once with exit code 1, saying which folder and what to do', async () => {
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const second = spawn(process.execPath, [cli, 'serve', '--port', '0', '--data', first.dataDir]);
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain(`Another Holdpoint server uses the data folder ${first.dataDir}`);
    expect(said).toContain('--data');
    expect(said.trim().split('\n')).toHaveLength(1);
    await first.client.threads.create();
  });

  it('starts once the first was killed', async () => {
    const { thread_id: threadId } = await first.client.threads.create();
    await first.kill();
    first = await startServerProcess({ dataDir: first.dataDir });
    expect(await first.client.threads.get(threadId)).toMatchObject({ thread_id: threadId });
  });
});
