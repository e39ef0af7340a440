import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPauseServer, type PauseServer, type RunRef } from '../pause/pause-server.ts';
import { builtGraphs } from '../support/built.ts';
import { useLatch } from '../wire/latch.ts';

const config = builtGraphs('control');

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer({ config });
});
afterAll(() => server.kill('SIGTERM'));
const latch = useLatch();

const did = (run: RunRef): string[] => server.effects(run.threadId).map(({ what }) => what);
const valuesOf = async <T>(run: RunRef): Promise<T> =>
  (await server.client.threads.getState(run.threadId)).values as T;

/** Waits until the thread's lifecycle says so. */
const becomes = async (run: RunRef, state: string): Promise<void> => {
  for (;;) {
    await server.client.runs.join(run.threadId, run.runId);
    const { lifecycle } = (await server.client.runs.get(run.threadId, run.runId)) as unknown as {
      lifecycle: { state: string };
    };
    if (lifecycle.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('a long step with points at which it may stop', () => {
  it.each(['parts', 'parts-in-subgraph', 'parts-in-tool'])(
    'ends there when a pause is asked for, and does nothing again (%s)',
    async (graph) => {
      const run = await server.launch(graph, { url: latch.url(graph) });
      await latch.reached(graph);
      expect((await server.pause(run)).body.state).toBe('draining');
      latch.open(graph);
      expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
      expect(await server.current(run)).toMatchObject({ verified: true, checkpoint: { unsafe: false } });
      expect(did(run)).toEqual(expect.arrayContaining(['begun', 'one', 'two']));
      expect(did(run)).not.toContain('three');
      expect((await server.resume(run)).status).toBe(202);
      expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2, spent: 0 });
      const done = did(run).filter((what) => what !== 'begun' && what !== 'beside');
      expect(done).toEqual(['one', 'two', 'three', 'four']);
      expect(did(run).filter((what) => what === 'beside').length).toBe(graph === 'parts' ? 1 : 0);
      expect(did(run).filter((what) => what === 'begun')).toHaveLength(2);
    },
  );

  it('tells its readers that it rests, once, and what it ends with', async () => {
    const run = await server.launch('parts', { url: latch.url('read') });
    await latch.reached('read');
    await server.pause(run);
    latch.open('read');
    await server.atRest(run);
    const events: { event: string; data: unknown }[] = [];
    for await (const part of server.client.runs.joinStream(run.threadId, run.runId, { lastEventId: '-1' }))
      events.push(part as (typeof events)[number]);
    const rests = events.filter(({ data }) => JSON.stringify(data).includes('__interrupt__'));
    expect(rests).toEqual([expect.objectContaining({ event: 'values', data: { __interrupt__: [] } })]);
    expect(events.at(-1)).toMatchObject({ event: 'lifecycle', data: { state: 'paused' } });
  });
});

describe('a step that waits for an event', () => {
  const tell = (type: string, data: object, id: string = crypto.randomUUID()) =>
    server.api('POST', '/events', { type, id, data });

  it('is paused with the event as its condition and goes on with what it brings, each event once', async () => {
    const run = await server.launch('waits', { order: 7, messages: [{ role: 'user', content: 'go' }] });
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    expect(await server.current(run)).toMatchObject({
      cause: 'condition',
      reason: 'waiting for "paid"',
      resume_when: { type: 'event', event: 'paid', match: { order: 7 } },
      remedy: { kind: 'send_event', events: ['paid'] },
      verified: true,
    });
    await tell('paid', { order: 8, n: 0 });
    await tell('paid', { order: 7, n: 1 });
    await tell('paid', { order: 7, n: 2 });
    await becomes(run, 'success');
    const { got, messages } = await valuesOf<{ got: unknown[]; messages: unknown[] }>(run);
    expect(got).toEqual([
      { order: 7, n: 1 },
      { order: 7, n: 2 },
    ]);
    expect(messages).toHaveLength(1);
  });

  it('takes the data of whoever resumes it without the event', async () => {
    const run = await server.launch('waits', { order: 9 });
    for (const n of [1, 2]) {
      await becomes(run, 'paused');
      expect((await server.resume(run, { data: { n } })).status).toBe(202);
    }
    await becomes(run, 'success');
    expect((await valuesOf<{ got: unknown[] }>(run)).got).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('is held by who pauses it then: the event does not resume it, and is found once somebody does', async () => {
    const run = await server.launch('waits', { order: 11, timeoutMs: 3_600_000 });
    await becomes(run, 'paused');
    const { pause_id: waiting } = await server.current(run);
    const paused = await server.api<{ pause_id: string; resume_token?: string }>(
      'POST',
      `/threads/${run.threadId}/pause`,
      { reason: 'maintenance' },
    );
    expect(paused).toMatchObject({ status: 200, body: { pause_id: waiting, state: 'paused' } });
    expect(paused.body.resume_token).toBeTypeOf('string');
    await tell('paid', { order: 11, n: 1 });
    expect(await server.current(run)).toMatchObject({
      cause: 'operator',
      reason: 'maintenance',
      resume_when: null,
      requested_by: 'user',
      remedy: null,
    });
    const { body: thread } = await server.api<{ lifecycle: unknown }>('GET', `/threads/${run.threadId}`);
    expect(thread.lifecycle).toMatchObject({ state: 'paused', reason: 'maintenance' });
    expect((await server.resume(run, {})).status).toBe(202);
    await becomes(run, 'success');
    expect((await valuesOf<{ got: unknown[] }>(run)).got).toEqual([{ order: 11, n: 1 }, null]);
    const log = await server.log(run);
    expect(log.filter(({ kind }) => kind === 'requestPause').at(-1)).toMatchObject({
      detail: { reason: 'maintenance', instead_of: 'waiting for "paid"' },
    });
    expect(log.map(({ kind }) => kind)).not.toContain('triggerResume');
  });

  it('waits again when who paused it resumes it and no event has come', async () => {
    const run = await server.launch('waits', { order: 12, timeoutMs: 3_600_000 });
    await becomes(run, 'paused');
    await server.api('POST', `/threads/${run.threadId}/pause`, { reason: 'maintenance' });
    expect((await server.resume(run, {})).status).toBe(202);
    await expect.poll(async () => (await server.current(run)).cause).toBe('condition');
    await tell('paid', { order: 12, n: 1 });
    await becomes(run, 'success');
  });

  it('is told when it has waited too long', async () => {
    const run = await server.launch('waits', { order: 10, timeoutMs: 1000 });
    await becomes(run, 'success');
    expect((await valuesOf<{ got: unknown[] }>(run)).got).toEqual(['too late']);
    expect((await server.log(run)).map(({ kind }) => kind)).toContain('triggerResume');
  });

  it('waits for what another step of the same time waits for too', async () => {
    const run = await server.launch('waits-together', {});
    await becomes(run, 'paused');
    await tell('right', { side: 'right' });
    await becomes(run, 'paused');
    await tell('left', { side: 'left' });
    await becomes(run, 'success');
    expect((await valuesOf<{ got: unknown[] }>(run)).got).toEqual([{ side: 'left' }, { side: 'right' }]);
  });
});
