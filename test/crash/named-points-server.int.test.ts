import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrashServer, type CrashServer } from './crash-server.ts';
import { damage, expectAgreement, orphans } from './inspect.ts';
import {
  effectsOf,
  ended,
  expectAnsweredOnce,
  heldThread,
  newThread,
  STEPS,
  stepsOf,
  TRAIL,
} from './scenarios.ts';

describe('a server that dies between two writes', () => {
  let server: CrashServer;

  beforeAll(async () => {
    server = await startCrashServer();
  });

  afterAll(async () => {
    await server.kill();
    expect(damage(server.dataDir)).toEqual([]);
    expect(await orphans(server.dataDir)).toEqual({});
  });

  const restart = async (): Promise<void> => {
    if (server.process.signalCode === null) await once(server.process, 'exit');
    expect(server.process.signalCode).toBe('SIGKILL');
    expect(server.crashed('api') && server.crashed('worker')).toBe(true);
    server = await startCrashServer({ dataDir: server.dataDir });
  };

  const lastRun = async (threadId: string): Promise<string> => {
    const [run] = await server.client.runs.list(threadId);
    return run?.run_id ?? '';
  };

  it('executes the run it had accepted, though nobody heard that it did', async () => {
    const threadId = await newThread(server);
    server.crashNextAt('api', 'launch:committed');
    await expect(server.client.runs.create(threadId, 'steps', { input: STEPS })).rejects.toThrow();
    await restart();
    expect(await ended(server, threadId, await lastRun(threadId))).toMatchObject({ status: 'success' });
    expect(stepsOf(server, threadId)).toEqual(TRAIL); // its worker lived on for a moment
    await expectAgreement(server.client, threadId);
  });

  it('uses the answer it had accepted, once, though nobody heard that it did', async () => {
    const threadId = await heldThread(server);
    server.crashNextAt('api', 'launch:committed');
    await expect(server.client.runs.wait(threadId, 'gate', { command: { resume: 'yes' } })).rejects.toThrow();
    await restart();
    // What a client does that heard nothing: it asks again. That must not become a second answer.
    const retried = server.client.runs.create(threadId, 'gate', { command: { resume: 'yes' } });
    await expect(retried).rejects.toThrow(/4(09|22)/);
    expect(await ended(server, threadId, await lastRun(threadId))).toMatchObject({ status: 'success' });
    await expectAnsweredOnce(server, threadId, stepsOf);
  });

  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const init = { method: 'POST', headers: { 'idempotency-key': 'again' }, body: JSON.stringify(body) };
    return (await (await fetch(`${server.url}${path}`, init)).json()) as Record<string, unknown>;
  };

  it('starts one run for a request that comes again with its key, though nobody heard that it did', async () => {
    const threadId = await newThread(server);
    const asked = { assistant_id: 'steps', input: STEPS, multitask_strategy: 'enqueue' };
    server.crashNextAt('api', 'launch:committed');
    await expect(post(`/threads/${threadId}/runs`, asked)).rejects.toThrow();
    await restart();
    const { run_id: runId } = await post(`/threads/${threadId}/runs`, asked);
    expect(await ended(server, threadId, String(runId))).toMatchObject({ status: 'success' });
    expect(await post(`/threads/${threadId}/runs`, asked)).toMatchObject({
      run_id: runId,
      status: 'success',
    });
    expect(await server.client.runs.list(threadId)).toHaveLength(1);
    expect(effectsOf(server, threadId)).toEqual(TRAIL);
  });

  it.each([
    ['an emergency stop', 'stop:committed', '/emergency-stops', 'stop_id'],
    ['a pause of many', 'scope:paused', '/pauses', 'pause_id'],
  ])('makes %s once that is asked for again with its key', async (_, ...[point, path, id]) => {
    const asked = { scope: { thread_id: await newThread(server) }, reason: 'enough' };
    server.crashNextAt('api', point);
    await expect(post(path, asked)).rejects.toThrow();
    await restart();
    const made = await post(path, asked);
    const listed = (await (await fetch(`${server.url}${path}`)).json()) as Record<string, unknown>[];
    expect(listed.map((each) => each[id])).toEqual([made[id]]);
  });

  it('executes queued runs in the order it had accepted them', async () => {
    const { client } = server;
    const threadId = await newThread(server);
    const first = await client.runs.create(threadId, 'steps', { input: { steps: 4, ms: 100 } });
    server.crashNextAt('api', 'launch:committed');
    const second = client.runs.create(threadId, 'steps', {
      input: { steps: 6, ms: 0 },
      multitaskStrategy: 'enqueue',
    });
    await expect(second).rejects.toThrow();
    await restart();
    expect(await ended(server, threadId, await lastRun(threadId))).toMatchObject({ status: 'success' });
    expect(await server.client.runs.get(threadId, first.run_id)).toMatchObject({ status: 'success' });
    expect(new Set(effectsOf(server, threadId)).size).toBe(6);
    const { values } = await server.client.threads.get(threadId);
    expect(values).toMatchObject({ trail: ['step-1', 'step-2', 'step-3', 'step-4', 'step-5', 'step-6'] });
    await expectAgreement(server.client, threadId);
  });

  for (const point of ['delete:marked', 'delete:checkpoints_gone']) {
    it(`finishes the deletion of a thread on which a run was going on (${point})`, async () => {
      const { client } = server;
      const threadId = await newThread(server);
      await client.runs.wait(threadId, 'steps', { input: STEPS });
      await client.runs.create(threadId, 'steps', { input: { steps: 50, ms: 50 } });
      server.crashNextAt('api', point);
      await expect(client.threads.delete(threadId)).rejects.toThrow();
      await restart();
      await expect(server.client.threads.get(threadId)).rejects.toThrow('404');
      expect(await orphans(server.dataDir)).toEqual({});
    });
  }

  for (const point of ['claim:committed', 'claim:acquired', 'settle:before', 'settle:committed']) {
    it(`finishes what its worker was at when both died (${point})`, async () => {
      const [plain, held] = [await newThread(server), await heldThread(server)];
      server.crashNextAt('worker', point, 'kill both');
      const begun = server.client.runs.create(plain, 'steps', { input: STEPS });
      await begun.catch(() => {});
      await restart();
      expect(await ended(server, plain, await lastRun(plain))).toMatchObject({ status: 'success' });
      expect(effectsOf(server, plain)).toEqual(TRAIL);
      await expectAgreement(server.client, plain);
      await server.client.runs.wait(held, 'gate', { command: { resume: 'yes' } });
      await expectAnsweredOnce(server, held);
    });
  }

  for (const point of ['claim:committed', 'claim:acquired']) {
    it(`leaves nothing of a thread that was deleted while its worker stood still (${point})`, async () => {
      const { client } = server;
      const threadId = await newThread(server);
      const stopped = server.said('worker stops');
      server.crashNextAt('worker', point, 'stop');
      await client.runs.create(threadId, 'steps', { input: STEPS });
      await stopped;
      await client.threads.delete(threadId);
      process.kill(await server.worker(), 'SIGCONT');
      const other = await newThread(server);
      await client.runs.wait(other, 'steps', { input: STEPS });
      expect(effectsOf(server, threadId)).toEqual([]);
      expect(await orphans(server.dataDir)).toEqual({});
    });
  }
});
