import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startTriggerServer, type Run, type TriggerServer } from './trigger-server.ts';

const HOUR = 3_600_000;

let server: TriggerServer;
let receiver: Receiver;
/** How far the server's clock is ahead. */
let ahead = 0;

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTriggerServer();
  await server.becomes(await server.launch(), 'success'); // a worker is ready
});
afterAll(async () => {
  await server.kill('SIGTERM');
  await receiver.close();
});

/** What a test that failed leaves in force would hold the runs of all that follow. */
afterEach(async () => {
  const { body } = await server.api<{ pause_id: string }[]>('GET', '/pauses?state=active');
  for (const { pause_id: id } of body) await resumeScope(id);
});

const pauseScope = async (scope: unknown, more: Record<string, unknown> = {}) =>
  (
    await server.api<{ pause_id: string; resume_token: string }>('POST', '/pauses', {
      scope,
      reason: 'maintenance',
      ...more,
    })
  ).body;

const resumeScope = (pauseId: string) => server.api('POST', `/pauses/${pauseId}/resume`);

const running = async (graph = 'steps'): Promise<Run> => {
  const run = await server.launch(graph, { held: true });
  await server.becomes(run, 'running');
  return run;
};

const done = async ({ threadId }: Run): Promise<unknown> => {
  const { values } = await server.running.client.threads.getState<{ done: string[] }>(threadId);
  return values.done;
};

describe('a pause of a graph', () => {
  it('drains what runs, holds what comes in order, and lets both go on when it ends', async () => {
    const [inside, outside] = [await running('steps'), await running('other')];
    const { pause_id: pauseId } = await pauseScope({ graph_id: 'steps' });
    await server.becomes(inside, 'draining');
    for (const run of [inside, outside]) server.letGo(run);
    await server.becomes(inside, 'paused');
    const first = await server.launch('steps');
    const second = await server.launch(
      'steps',
      {},
      { threadId: first.threadId, multitask_strategy: 'enqueue' },
    );
    await server.becomes(outside, 'success');
    await server.becomes(await server.launch('other'), 'success');
    expect(await server.state(first)).toBe('queued');
    expect((await server.api('GET', `/pauses/${pauseId}`)).body).toMatchObject({
      state: 'active',
      scope: { graph_id: 'steps' },
      runs: { draining: 0, paused: 1, held: 2 },
    });

    await server.restart(); // nothing of it is forgotten
    const refused = await server.api<{ metadata: { failed: string[] } }>(
      'POST',
      `/threads/${inside.threadId}/resume`,
      {},
    );
    expect(refused.status).toBe(412);
    expect(refused.body.metadata.failed).toContain('scope_paused');
    expect(await server.state(second)).toBe('queued');

    expect((await resumeScope(pauseId)).status).toBe(202);
    for (const run of [inside, first, second]) await server.becomes(run, 'success');
    expect(await done(inside)).toEqual(['one', 'two', 'three']);
    expect(await done(second)).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
    expect(await resumeScope(pauseId)).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
  });

  it('leaves the rest to another pause that covers it too', async () => {
    const run = await running();
    const narrow = await pauseScope({ graph_id: 'steps' });
    await server.becomes(run, 'draining');
    server.letGo(run);
    await server.becomes(run, 'paused');
    const wide = await pauseScope({ all: true });
    await resumeScope(narrow.pause_id);
    const held = await server.launch();
    expect(await server.state(held)).toBe('queued');
    expect(await server.state(run)).toBe('paused');

    await resumeScope(wide.pause_id);
    await server.becomes(run, 'success');
    await server.becomes(held, 'success');
  });

  it('begins no run before it is due, in its scope or outside, and holds none that is due behind one that is not', async () => {
    const of = { after_seconds: 3600 };
    const outside = await server.launch('other', {}, of);
    const delayed = await server.launch('steps', {}, of);
    const { threadId } = delayed;
    const { pause_id: pauseId } = await pauseScope({ graph_id: 'steps' });
    const now = await server.launch('steps', {}, { threadId, multitask_strategy: 'enqueue' });
    await server.becomes(await server.launch('other'), 'success'); // what was queued before it has begun
    expect(await server.state(outside)).toBe('queued');
    await resumeScope(pauseId);
    await server.becomes(now, 'success');
    await server.becomes(await server.launch('other'), 'success');
    expect([await server.state(outside), await server.state(delayed)]).toEqual(['queued', 'queued']);
    server.ahead((ahead += HOUR));
    for (const run of [outside, delayed]) await server.becomes(run, 'success');
  });

  it('goes on when its condition is met', async () => {
    const { resume_token: token } = await pauseScope({ all: true }, { resume_when: 'webhook: done' });
    const held = await server.launch();
    const call = await server.api('POST', `/hooks/${token}`, { event: 'done' });
    expect(call.body).toMatchObject({ resumed: true });
    await server.becomes(held, 'success');
    expect((await server.api('POST', `/hooks/${token}`, { event: 'done' })).status).toBe(410);
  });
});

describe('new runs in a paused scope', () => {
  it('are refused for now where that is asked for', async () => {
    const { pause_id: pauseId } = await pauseScope({ graph_id: 'steps' }, { new_runs: 'reject' });
    const { thread_id: threadId } = await server.running.client.threads.create();
    const response = await fetch(`${server.running.url}/threads/${threadId}/runs`, {
      method: 'POST',
      body: JSON.stringify({ assistant_id: 'steps', input: {} }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(await response.json()).toMatchObject({ code: 'scope_paused', metadata: { pause_id: pauseId } });
    await resumeScope(pauseId);
  });

  it('are refused to a cron too, which says why and goes on with its schedule', async () => {
    const { pause_id: pauseId } = await pauseScope({ graph_id: 'steps' }, { new_runs: 'reject' });
    const cron = { assistant_id: 'steps', schedule: '* * * * *', input: {} };
    const { body } = await server.api<{ cron_id: string }>('POST', '/runs/crons', cron);
    server.ahead((ahead += 120_000));
    await vi.waitFor(async () => {
      const found = await server.api<{ last_error: unknown }[]>('POST', '/runs/crons/search', {});
      expect(found.body[0]?.last_error).toMatchObject({ code: 'scope_paused' });
    }, 60_000);
    await server.api('DELETE', `/runs/crons/${body.cron_id}`);
    await resumeScope(pauseId);
  });

  it('go to another assistant where that is asked for', async () => {
    const { pause_id: pauseId } = await pauseScope(
      { graph_id: 'steps' },
      { new_runs: 'redirect', redirect_to: 'other' },
    );
    const run = await server.launch('steps');
    await server.becomes(run, 'success');
    expect((await server.running.client.threads.get(run.threadId)).metadata).toMatchObject({
      graph_id: 'other',
    });
    await resumeScope(pauseId);
  });

  it.each([
    { scope: {} },
    { scope: { all: false } },
    { new_runs: 'redirect' },
    { redirect_to: 'other' },
    { reason: '' },
  ])('are not asked for with %j', async (more) => {
    const answer = await server.api('POST', '/pauses', { scope: { all: true }, reason: 'x', ...more });
    expect(answer.status).toBe(422);
  });
});

describe('a pause window', () => {
  const move = (ms: number): void => server.ahead((ahead += ms));
  /** A cron expression for so long from now, by the server's clock. */
  const startsIn = (ms: number): { schedule: string; startMs: number } => {
    const start = new Date(Math.ceil((Date.now() + ahead + ms) / 60_000) * 60_000);
    const schedule = `${start.getUTCMinutes()} ${start.getUTCHours()} ${start.getUTCDate()} ${start.getUTCMonth() + 1} *`;
    return { schedule, startMs: start.getTime() };
  };
  const open = async (id: string): Promise<unknown> =>
    (await server.api<{ open: unknown }>('GET', `/pause-windows/${id}`)).body.open;
  const becomes = (id: string, expected: 'open' | 'closed') =>
    vi.waitFor(async () => expect((await open(id)) === null ? 'closed' : 'open').toBe(expected), 60_000);
  const create = async (schedule: string, more: Record<string, unknown> = {}) =>
    (
      await server.api<{ window_id: string }>('POST', '/pause-windows', {
        name: 'deploy',
        scope: { graph_id: 'steps' },
        schedule,
        duration_ms: HOUR,
        ...more,
      })
    ).body.window_id;

  afterEach(async () => {
    const { body } = await server.api<{ window_id: string }[]>('GET', '/pause-windows');
    for (const { window_id: id } of body) await server.api('DELETE', `/pause-windows/${id}`);
  });

  it('is announced, entered and left by the clock; what it held and paused goes on', async () => {
    const { schedule, startMs } = startsIn(2 * HOUR);
    const id = await create(schedule, { notify: [{ url: receiver.url, lead_ms: HOUR }] });
    expect((await server.api('GET', `/pause-windows/${id}/occurrences?count=1`)).body).toEqual([
      {
        drain_at: new Date(startMs).toISOString(),
        starts_at: new Date(startMs).toISOString(),
        ends_at: new Date(startMs + HOUR).toISOString(),
      },
    ]);
    const count = receiver.received.length;
    move(1.5 * HOUR);
    const received = await receiver.got(count + 1);
    expect(received.at(-1)?.json).toMatchObject({
      type: 'pause_window.announced',
      data: { window_id: id, starts_at: new Date(startMs).toISOString(), scope: { graph_id: 'steps' } },
    });

    const run = await running();
    move(HOUR);
    await becomes(id, 'open');
    await server.becomes(run, 'draining');
    server.letGo(run);
    await server.becomes(run, 'paused');
    const held = await server.launch();

    await server.restart(); // inside it
    expect(await server.state(held)).toBe('queued');
    move(HOUR);
    await becomes(id, 'closed');
    await server.becomes(run, 'success');
    await server.becomes(held, 'success');
    expect(await done(run)).toEqual(['one', 'two', 'three']);
    expect((await server.api('DELETE', `/pause-windows/${id}`)).status).toBe(204);
  });

  it('whose start was missed is entered late, and one that overlaps it keeps the pause up', async () => {
    const first = await create(startsIn(HOUR).schedule);
    const second = await create(startsIn(1.5 * HOUR).schedule);
    await server.kill();
    move(1.75 * HOUR);
    await server.restart();
    await becomes(first, 'open');
    await becomes(second, 'open');
    const held = await server.launch();
    move(0.5 * HOUR);
    await becomes(first, 'closed');
    expect(await server.state(held)).toBe('queued');
    move(HOUR);
    await becomes(second, 'closed');
    await server.becomes(held, 'success');
    for (const id of [first, second]) await server.api('DELETE', `/pause-windows/${id}`);
  });

  it('that is deleted while it is open is left', async () => {
    const id = await create(startsIn(HOUR).schedule);
    move(1.25 * HOUR);
    await becomes(id, 'open');
    const held = await server.launch();
    expect((await server.api('DELETE', `/pause-windows/${id}`)).status).toBe(204);
    await server.becomes(held, 'success');
    expect(await server.api('GET', `/pause-windows/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'window_not_found' },
    });
  });

  it('is made for what is there alone, as a pause is', async () => {
    const id = await create(startsIn(HOUR).schedule);
    const nobody = crypto.randomUUID();
    const missing: [string, Record<string, string>][] = [
      ['graph_not_found', { graph_id: 'stpes' }],
      ['assistant_not_found', { assistant_id: nobody }],
      ['thread_not_found', { thread_id: nobody }],
    ];
    for (const [code, scope] of missing) {
      const window = { name: 'w', scope, schedule: startsIn(HOUR).schedule, duration_ms: HOUR };
      const asked = [
        await server.api('POST', '/pauses', { scope, reason: 'maintenance' }),
        await server.api('POST', '/pause-windows', window),
        await server.api('PATCH', `/pause-windows/${id}`, { scope }),
      ];
      expect(asked).toMatchObject(asked.map(() => ({ status: 404, body: { code } })));
    }
    expect((await server.api('GET', '/pauses?state=active')).body).toEqual([]);
    await server.api('DELETE', `/pause-windows/${id}`);
  });

  it('tells before it is made when it would be open', async () => {
    const preview = (more: Record<string, unknown>) =>
      server.api<Record<string, unknown>>('POST', '/pause-windows/preview', { duration_ms: HOUR, ...more });
    const { schedule, startMs } = startsIn(2 * HOUR);
    const { status, body } = await preview({ schedule, drain_lead_ms: 60_000, count: 2 });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      {
        drain_at: new Date(startMs - 60_000).toISOString(),
        starts_at: new Date(startMs).toISOString(),
        ends_at: new Date(startMs + HOUR).toISOString(),
      },
      {},
    ]);
    expect((await server.api('GET', '/pause-windows')).body).toEqual([]);
    expect(await preview({ schedule: 'daily' })).toMatchObject({
      status: 422,
      body: { metadata: { field: 'schedule' } },
    });
  });

  it('can be changed, and says what is wrong with it', async () => {
    const id = await create('0 3 * * *', { timezone: 'Europe/Berlin' });
    const patched = await server.api('PATCH', `/pause-windows/${id}`, {
      enabled: false,
      duration_ms: 2 * HOUR,
    });
    expect(patched.body).toMatchObject({ enabled: false, duration_ms: 2 * HOUR, timezone: 'Europe/Berlin' });
    expect((await server.api('GET', '/pause-windows')).body).toHaveLength(1);
    const wrong = async (more: Record<string, unknown>) =>
      (await server.api<{ metadata: { field: string } }>('PATCH', `/pause-windows/${id}`, more)).body.metadata
        .field;
    expect(await wrong({ schedule: 'daily' })).toBe('schedule');
    expect(await wrong({ timezone: 'Mars' })).toBe('timezone');
    expect(await wrong({ notify: [{ url: '//x', lead_ms: 0 }] })).toBe('notify.0.url');
    expect(await wrong({ new_runs: 'redirect' })).toBe('redirect_to');
    expect(await wrong({ redirect_to: 'steps' })).toBe('redirect_to');
    await server.api('PATCH', `/pause-windows/${id}`, { new_runs: 'redirect', redirect_to: 'steps' });
    expect(await wrong({ redirect_to: null })).toBe('redirect_to');
    await server.api('DELETE', `/pause-windows/${id}`);
  });
});
