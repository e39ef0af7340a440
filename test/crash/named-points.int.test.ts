import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrashServer, type CrashServer } from './crash-server.ts';
import { damage, expectAgreement, orphans } from './inspect.ts';
import { effectsOf, ended, expectAnsweredOnce, heldThread, newThread, STEPS, TRAIL } from './scenarios.ts';

const WORKER_POINTS = ['claim:committed', 'claim:acquired', 'settle:before', 'settle:committed'];

describe('a worker that dies between two writes is replaced, and', () => {
  let server: CrashServer;

  beforeAll(async () => {
    server = await startCrashServer();
  });

  afterAll(async () => {
    await server.kill();
    expect(damage(server.dataDir)).toEqual([]);
    expect(await orphans(server.dataDir)).toEqual({});
  });

  for (const point of WORKER_POINTS) {
    it(`a run finishes by itself, each step once (${point})`, async () => {
      const { client } = server;
      const threadId = await newThread(server);
      server.crashNextAt('worker', point);
      const { run_id: runId } = await client.runs.create(threadId, 'steps', { input: STEPS });
      expect(await ended(server, threadId, runId)).toMatchObject({ status: 'success' });
      expect(server.crashed('worker')).toBe(true);
      expect(effectsOf(server, threadId)).toEqual(TRAIL);
      expect((await client.threads.get(threadId)).values).toMatchObject({ trail: TRAIL });
      await expectAgreement(client, threadId);
    });

    it(`a question is asked once (${point})`, async () => {
      const { client } = server;
      const threadId = await newThread(server);
      server.crashNextAt('worker', point);
      const { run_id: runId } = await client.runs.create(threadId, 'gate', { input: {} });
      await client.runs.join(threadId, runId);
      const thread = await client.threads.get(threadId);
      expect(thread.status).toBe('interrupted');
      expect(Object.values(thread.interrupts).flat()).toMatchObject([{ value: 'may I?' }]);
      expect(server.crashed('worker')).toBe(true);
      expect(effectsOf(server, threadId)).toEqual(['prepare']);
      await expectAgreement(client, threadId);
      await client.runs.wait(threadId, 'gate', { command: { resume: 'yes' } });
      await expectAnsweredOnce(server, threadId);
    });

    it(`an answer is used once (${point})`, async () => {
      const threadId = await heldThread(server);
      server.crashNextAt('worker', point);
      const { run_id: runId } = await server.client.runs.create(threadId, 'gate', {
        command: { resume: 'yes' },
      });
      expect(await ended(server, threadId, runId)).toMatchObject({ status: 'success' });
      expect(server.crashed('worker')).toBe(true);
      await expectAnsweredOnce(server, threadId);
    });

    it(`queued runs follow in order (${point})`, async () => {
      const { client } = server;
      const threadId = await newThread(server);
      server.crashNextAt('worker', point);
      const runs = [];
      for (const steps of [2, 3, 4]) {
        const input = { ...STEPS, steps };
        runs.push(await client.runs.create(threadId, 'steps', { input, multitaskStrategy: 'enqueue' }));
      }
      for (const { run_id: runId } of runs) {
        expect(await ended(server, threadId, runId)).toMatchObject({ status: 'success' });
      }
      expect(server.crashed('worker')).toBe(true);
      // Each run starts with a step, whatever the trail; the wanted length ends it.
      expect(effectsOf(server, threadId)).toEqual(['step-1', 'step-2', 'step-3', 'step-4']);
      await expectAgreement(client, threadId);
    });
  }

  for (const point of ['update_state:claimed', 'update_state:written']) {
    for (const asNode of ['ask', '__end__']) {
      it(`the thread of a cut state update is free and shows what is stored (${point}, as ${asNode})`, async () => {
        const { client } = server;
        const threadId = await heldThread(server);
        server.crashNextAt('worker', point);
        const values = asNode === '__end__' ? null : { trail: ['edited'] };
        await expect(client.threads.updateState(threadId, { values, asNode })).rejects.toThrow('503');
        expect(server.crashed('worker')).toBe(true);
        await expectAgreement(client, threadId);
        const { next } = await client.threads.getState(threadId);
        expect(next).toEqual(point === 'update_state:claimed' ? ['ask'] : asNode === 'ask' ? ['act'] : []);
        await client.runs.wait(threadId, 'gate', { input: {} });
        await expectAgreement(client, threadId);
      });
    }
  }
});
