import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { damage, expectAgreement, orphans, storedRows, storedRun } from '../crash/inspect.ts';
import { startTroubleServer, type RunRef, type TroubleServer } from './trouble-server.ts';

let server: TroubleServer;

beforeAll(async () => {
  server = await startTroubleServer({});
});

afterAll(async () => {
  await server.kill();
  expect(damage(server.dataDir)).toEqual([]);
});

const effectsOf = ({ threadId }: RunRef): string[] => server.effects(threadId).map(({ what }) => what);

/** A run in a step that ignores every signal, and does its effect all the same. */
const deafRun = async (): Promise<RunRef> => {
  const run = await server.trouble('deaf');
  await until(() => effectsOf(run).includes('deaf begins'));
  return run;
};

/** Resolves when the step that was told to stop has come to its end in spite of it. */
const zombieEnded = (run: RunRef): Promise<void> => until(() => effectsOf(run).includes('deaf is done'));

describe('cancelling a run that does not listen', () => {
  it('ends it within moments; what it still does is not stored', async () => {
    const { client, dataDir } = server;
    const run = await deafRun();
    await client.runs.cancel(run.threadId, run.runId, true);
    expect(effectsOf(run)).not.toContain('deaf is done');
    expect(await client.runs.get(run.threadId, run.runId)).toMatchObject({ status: 'interrupted' });
    const stored = await storedRows(dataDir, run.threadId);
    await zombieEnded(run);
    // A further run on the thread's worker comes after whatever the zombie tried to write.
    await server.ended(await server.launch('steps', { steps: 1, ms: 0 }));
    expect(await storedRows(dataDir, run.threadId)).toEqual(stored);
    expect((await client.threads.get(run.threadId)).values).not.toMatchObject({ done: true });
    await expectAgreement(client, run.threadId);
  });

  it('ends it where its graph is never made', async () => {
    const { client } = server;
    const { thread_id: threadId } = await client.threads.create();
    const { run_id: runId } = await client.runs.create(threadId, 'made', {
      input: { what: 'stray' },
      config: { configurable: { building: 'never' } },
    });
    await until(() => effectsOf({ threadId, runId }).includes('is never made'));
    await client.runs.cancel(threadId, runId, true);
    expect(await client.runs.get(threadId, runId)).toMatchObject({ status: 'interrupted' });
  });

  it('lets the next queued run start, while the step that was cut still goes on', async () => {
    const { client } = server;
    const run = await deafRun();
    const { threadId } = run;
    const next = await client.runs.create(threadId, 'trouble', {
      input: { what: 'stray' },
      multitaskStrategy: 'enqueue',
    });
    await client.runs.cancel(threadId, run.runId);
    await client.runs.join(threadId, next.run_id);
    expect(effectsOf(run)).not.toContain('deaf is done');
    expect(await storedRun(server.dataDir, next.run_id)).toMatchObject({ state: 'success' });
    await zombieEnded(run);
    await expectAgreement(client, threadId);
  });

  it('never starts a run that was cancelled while it waited', async () => {
    const { client } = server;
    const run = await deafRun();
    const { threadId } = run;
    const waiting = await client.runs.create(threadId, 'steps', {
      input: { steps: 1 },
      multitaskStrategy: 'enqueue',
    });
    await client.runs.cancel(threadId, waiting.run_id, true);
    expect(await client.runs.get(threadId, waiting.run_id)).toMatchObject({ status: 'interrupted' });
    expect(await server.ended(run)).toMatchObject({ state: 'success' });
    expect(effectsOf(run)).toEqual(['deaf', 'deaf begins', 'deaf is done']);
  });
});

describe('deleting in the middle of a step', () => {
  it('removes the run and leaves the thread to the next one', async () => {
    const { client } = server;
    const run = await deafRun();
    await client.runs.delete(run.threadId, run.runId);
    await expect(client.runs.get(run.threadId, run.runId)).rejects.toThrow('404');
    await client.runs.wait(run.threadId, 'trouble', { input: { what: 'stray' } });
    await zombieEnded(run);
    await expectAgreement(client, run.threadId);
  });

  it('removes the thread for good, whatever its step still does', async () => {
    const { client, dataDir } = server;
    const run = await deafRun();
    await client.threads.delete(run.threadId);
    await expect(client.threads.get(run.threadId)).rejects.toThrow('404');
    await zombieEnded(run);
    await server.ended(await server.launch('steps', { steps: 1, ms: 0 }));
    expect(await orphans(dataDir)).toEqual({});
    expect(server.workers()).toHaveLength(1);
  });
});

describe('a promise that is rejected and forgotten', () => {
  it('ends neither its run nor those beside it', async () => {
    const beside = await server.launch('steps', { steps: 3, ms: 50 });
    expect(await server.ended(await server.trouble('strayMuch'))).toMatchObject({
      state: 'success',
      attempt: 1,
    });
    expect(await server.ended(beside)).toMatchObject({ state: 'success', attempt: 1 });
  });
});
