import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLifecycle, type Lifecycle } from '../lifecycle/bench.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';

const RACES = 200;

describe('two processes that want the same', () => {
  let lifecycle: Lifecycle;
  let claimers: ChildProcess[];

  beforeAll(async () => {
    lifecycle = await openLifecycle();
    const entry = fileURLToPath(new URL('entry/claimer.mjs', import.meta.url));
    claimers = ['a', 'b'].map((owner) => fork(entry, [lifecycle.dataDir, owner]));
    await Promise.all(claimers.map((claimer) => once(claimer, 'message')));
  });

  afterAll(async () => {
    for (const claimer of claimers) claimer.kill('SIGKILL');
    await lifecycle.storage.close();
  });

  /** Both ask at the same moment; how many got it. */
  const winners = async (wanted: { runId: string } | { threadId: string }): Promise<number> => {
    const answers = await Promise.all(
      claimers.map(async (claimer) => {
        const answer = once(claimer, 'message') as Promise<[{ won: boolean }]>;
        claimer.send(wanted);
        return (await answer)[0].won;
      }),
    );
    return answers.filter((won) => won).length;
  };

  it(`never both get a run, in ${RACES} races`, { timeout: 60_000 }, async () => {
    for (let race = 0; race < RACES; race++) {
      const { runId, threadId } = await lifecycle.launch(await lifecycle.newThread());
      expect(await winners({ runId })).toBe(1);
      expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({ fence: 1, activeRunId: runId });
      expect((await lifecycle.storage.runs.get(runId))?.attempt).toBe(1);
    }
  });

  it(`never both get a thread, in ${RACES} races`, { timeout: 60_000 }, async () => {
    for (let race = 0; race < RACES; race++) {
      const threadId = await lifecycle.newThread();
      expect(await winners({ threadId })).toBe(1);
      expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({ fence: 1 });
    }
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
