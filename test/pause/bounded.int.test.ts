import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGone, until } from '../crash/crash-server.ts';
import { startPauseServer, type PauseServer, type RunRef } from './pause-server.ts';

/** Where times are held to what was promised; a machine that does much else cannot be. */
const TIMED = process.env['HOLDPOINT_LONG'] === '1';

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer();
});
afterAll(() => server.kill('SIGTERM'));

const did = (run: RunRef): string[] => server.effects(run.threadId).map(({ what }) => what);

const launchSlow = async (tool: string): Promise<RunRef> => {
  const run = await server.launch('slow', { tool });
  await until(() => did(run).includes('begun'));
  return run;
};

const finished = async (run: RunRef): Promise<void> => {
  expect((await server.resume(run)).status).toBe(202);
  expect(await server.atRest(run)).toMatchObject({ state: 'success', spent: 0 });
  expect(did(run)).toEqual(['prepared', 'begun', 'worked', 'finished']);
};

describe('a drain with a deadline', () => {
  it.each(['deaf', 'spin', 'hears'])(
    'ends a tool that is "%s" paused, marked unsafe, its process gone; others lose no attempt',
    async (tool) => {
      const run = await launchSlow(tool);
      const worker = await server.worker();
      const other = await server.launch('linear', { ms: 400 });
      const begun = Date.now();
      const asked = await server.pause(run, { drain_timeout_ms: 2000, on_timeout: 'force' });
      expect(asked).toMatchObject({ status: 202, body: { state: 'draining', verified: null } });
      await server.client.runs.join(run.threadId, run.runId);
      const took = Date.now() - begun;
      console.log(`${tool}: paused ${took} ms after it was asked for`);
      expect(took).toBeLessThan(TIMED ? 3500 : Infinity);
      expect(await server.current(run)).toMatchObject({
        state: 'paused',
        verified: true,
        checkpoint: { unsafe: true, next: ['work'] },
      });
      await until(() => isGone(worker));
      expect((await server.log(run)).map(({ kind }) => kind)).toContain('forcePause');
      expect(await server.atRest(other)).toMatchObject({ state: 'success', spent: 0 });
      await finished(run);
    },
  );

  it('is extended when that was asked for, and says so', async () => {
    const run = await launchSlow('held');
    await server.pause(run, { drain_timeout_ms: 200, on_timeout: 'extend' });
    const extensions = async () => (await server.log(run)).filter(({ kind }) => kind === 'extendDrain');
    await expect.poll(async () => (await extensions()).length).toBeGreaterThan(1);
    expect(await server.current(run)).toMatchObject({ state: 'draining', on_timeout: 'extend' });
    expect((await extensions())[0]?.detail).toMatchObject({ drain_timeout_ms: 400 });
    server.letGo(run.threadId);
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    expect(await server.current(run)).toMatchObject({ state: 'paused', checkpoint: { unsafe: false } });
    await finished(run);
  });
});

describe('a pause', () => {
  it('that is to come now aborts the step', async () => {
    const run = await launchSlow('deaf');
    await server.pause(run, { mode: 'now' });
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    expect(await server.current(run)).toMatchObject({ checkpoint: { unsafe: true } });
    await finished(run);
  });

  it('can be withdrawn while it drains, is never called paused before it is, and is one record', async () => {
    const run = await launchSlow('held');
    const { body: first } = await server.pause(run);
    const { status, body: second } = await server.pause(run, { reason: 'again' });
    expect([status, second.pause_id, second.resume_token]).toEqual([200, first.pause_id, undefined]);
    const shown = async () => [
      await server.client.threads.get(run.threadId),
      await server.client.runs.get(run.threadId, run.runId),
    ];
    for (const view of await shown()) {
      expect(view).toMatchObject({ lifecycle: { state: 'draining', pause_id: first.pause_id } });
      expect(['busy', 'running']).toContain(view?.status);
    }
    expect((await server.resume(run)).status).toBe(409);
    expect((await server.api('DELETE', `/threads/${run.threadId}/pause`)).body).toMatchObject({
      state: 'withdrawn',
    });
    server.letGo(run.threadId);
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 1 });
    expect((await server.api('GET', `/threads/${run.threadId}/pause`)).status).toBe(404);
    expect((await server.pause(run)).status).toBe(409);
  });

  it('is one, and told of to all, when several ask for it at the same time', async () => {
    const run = await launchSlow('held');
    const asked = await Promise.all(Array.from({ length: 8 }, () => server.pause(run)));
    expect(asked.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      ...Array<number>(7).fill(200),
      202,
    ]);
    expect(new Set(asked.map(({ body }) => body.pause_id)).size).toBe(1);
    expect(asked.filter(({ body }) => body.resume_token !== undefined)).toHaveLength(1);
    server.letGo(run.threadId);
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    await finished(run);
  });

  it('looks like a breakpoint on the wire, ends with a lifecycle event, and input null resumes it', async () => {
    const run = await server.launch('linear', { ms: 150 }, { streamMode: ['values', 'updates'] });
    await until(() => did(run).includes('a'));
    const { body } = await server.pause(run);
    const events: { event: string; data: unknown }[] = [];
    for await (const event of server.client.runs.joinStream(run.threadId, run.runId, { lastEventId: '-1' }))
      events.push(event);
    expect(events.slice(-3)).toMatchObject([
      { event: 'updates', data: { __interrupt__: [] } },
      { event: 'values', data: { __interrupt__: [] } },
      { event: 'lifecycle', data: { state: 'paused', pause_id: body.pause_id, reason: 'maintenance' } },
    ]);
    const thread = await server.client.threads.get(run.threadId);
    expect(thread).toMatchObject({
      status: 'interrupted',
      lifecycle: { state: 'paused', pause_id: body.pause_id },
    });
    const again = await server.client.runs.create(run.threadId, 'linear', { input: null });
    expect(again.run_id).toBe(run.runId);
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2 });
    expect(did(run)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('of a run that waits in the queue takes hold at once', async () => {
    const run = await server.launch('linear', { ms: 300 });
    await until(() => did(run).includes('a'));
    await server.pause(run);
    await server.atRest(run);
    const { run_id: behind } = await server.client.runs.create(run.threadId, 'linear', {
      input: { ms: 10 },
      multitaskStrategy: 'enqueue',
    });
    expect(await server.client.threads.get(run.threadId)).toMatchObject({ lifecycle: { state: 'paused' } });
    await server.resume(run);
    expect(await server.atRest({ ...run, runId: behind })).toMatchObject({ state: 'success' });
  });
});
