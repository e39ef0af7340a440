import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTriggerServer, type Run, type TriggerServer } from './trigger-server.ts';

let server: TriggerServer;
beforeAll(async () => {
  server = await startTriggerServer();
  await server.becomes(await server.launch(), 'success'); // a worker is ready
});
afterAll(() => server.kill('SIGTERM'));

/** A thread that is paused in the middle until `resumeWhen`. */
const paused = async (resumeWhen: unknown) => {
  const run = await server.launch('steps', { held: true });
  const pause = await server.pause(run, { resume_when: resumeWhen });
  server.letGo(run);
  await server.becomes(run, 'paused');
  return { run, pause };
};

const call = (token: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  server.api('POST', `/hooks/${token}`, body, headers);

const done = async ({ threadId }: Run): Promise<unknown> => {
  const { values } = await server.running.client.threads.getState<{ done: string[] }>(threadId);
  return values.done;
};

describe('the list of who waits', () => {
  it('tells what each waits for, longest first, and forgets who went on', async () => {
    const first = await paused('webhook: redis_ready');
    const second = await paused({ type: 'event', event: 'listed' });
    await paused(undefined);
    const list = async (query = '') =>
      (await server.api<{ thread_id: string }[]>('GET', `/waiting-threads${query}`)).body;
    expect(await list()).toMatchObject([
      {
        thread_id: first.run.threadId,
        state: 'paused',
        reason: 'to wait',
        resume_when: { type: 'webhook', event: 'redis_ready' },
      },
      { thread_id: second.run.threadId, resume_when: { type: 'event', event: 'listed' } },
    ]);
    expect((await list('?limit=1&offset=1')).map(({ thread_id: id }) => id)).toEqual([second.run.threadId]);
    await server.api('POST', '/events', { type: 'listed', id: 'l1' });
    await server.becomes(second.run, 'success');
    await call(first.pause.resume_token, { event: 'redis_ready' });
    await server.becomes(first.run, 'success');
    expect(await list()).toEqual([]);
  });
});

it('a thread that was deleted while it was paused waits for no event any more', async () => {
  const { run } = await paused({ type: 'event', event: 'too.late' });
  await server.running.client.threads.delete(run.threadId);
  const { body } = await server.api('POST', '/events', { type: 'too.late', id: 'late' });
  expect(body).toMatchObject({ waiting: 0 });
});

describe('a resume URL', () => {
  it('resumes once the webhook says what the condition asks, and never again', async () => {
    const { run, pause } = await paused('webhook: redis_ready');
    expect(pause.resume_url).toBe(`${server.running.url}/hooks/${pause.resume_token}`);

    expect(await call(pause.resume_token, { event: 'other' })).toMatchObject({
      status: 202,
      body: { resumed: false, waiting_for: { type: 'webhook', event: 'redis_ready' } },
    });
    expect(await server.state(run)).toBe('paused');

    const url = new URL(pause.resume_url).pathname;
    expect(await server.api('POST', url, { event: 'redis_ready' })).toEqual({
      status: 202,
      body: { resumed: true, waiting_for: null },
    });
    await server.becomes(run, 'success');
    expect(await done(run)).toEqual(['one', 'two', 'three']);
    expect(await call(pause.resume_token, { event: 'redis_ready' })).toMatchObject({
      status: 410,
      body: { code: 'token_used' },
    });
  });

  it('resumes once although it is called many times at the same moment', async () => {
    const { run, pause } = await paused('webhook');
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(pause.resume_token)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(9);
    await server.becomes(run, 'success');
    const { body } = await server.api<{ attempt?: number }[]>('GET', `/threads/${run.threadId}/runs`);
    expect(body).toHaveLength(1);
  });

  it('is enough by itself when the pause waits for nothing in particular', async () => {
    const { run, pause } = await paused(undefined);
    expect(await call(pause.resume_token)).toMatchObject({ status: 202, body: { resumed: true } });
    await server.becomes(run, 'success');
  });

  it('compares the body with what the condition matches', async () => {
    const { run, pause } = await paused({ type: 'webhook', match: { 'build.status': 'green' } });
    const red = await call(pause.resume_token, { build: { status: 'red' } });
    expect(red.body).toMatchObject({ resumed: false });
    const green = await call(pause.resume_token, { build: { status: 'green' } });
    expect(green.body).toMatchObject({ resumed: true });
    await server.becomes(run, 'success');
  });

  it('that comes while the step still runs resumes when it has ended', async () => {
    const run = await server.launch('steps', { held: true });
    await server.begun(run);
    const pause = await server.pause(run, { resume_when: 'webhook' });
    expect(pause.state).toBe('draining');
    expect(await call(pause.resume_token)).toMatchObject({
      status: 202,
      body: { resumed: false, waiting_for: 'the step in flight has not ended' },
    });
    server.letGo(run);
    await server.becomes(run, 'success');
    expect(await done(run)).toEqual(['one', 'two', 'three']);
  });

  it('is not found by another token', async () => {
    expect(await call('nobody')).toMatchObject({ status: 404, body: { code: 'trigger_not_found' } });
  });
});

describe('an event', () => {
  it('resumes who waits for it, once per id, and nobody else', async () => {
    const one = await paused('event: deployed');
    const two = await paused({ type: 'event', event: 'deployed', match: { service: 'billing' } });
    const other = await paused('event: undeployed');

    const first = await server.api('POST', '/events', {
      type: 'deployed',
      id: 'd1',
      data: { service: 'shop' },
    });
    expect(first).toEqual({ status: 202, body: { id: 'd1', already: false, waiting: 2 } });
    await server.becomes(one.run, 'success');

    const again = await server.api('POST', '/events', {
      type: 'deployed',
      id: 'd1',
      data: { service: 'billing' },
    });
    expect(again.body).toMatchObject({ already: true });
    await server.api('POST', '/events', { type: 'deployed', id: 'd2', data: { service: 'billing' } });
    await server.becomes(two.run, 'success');
    expect(await server.state(other.run)).toBe('paused');
  });

  it('is refused by an id or a type that was cut inside a character', async () => {
    const send = (body: object) => server.api('POST', '/events', { type: 'cut', id: 'c1', ...body });
    for (const field of ['id', 'type'])
      expect(await send({ [field]: 'order-\ud83d' }), field).toMatchObject({
        status: 422,
        body: { code: 'invalid_request', metadata: { field } },
      });
    expect(await send({ id: 'order-\u{1f600}', data: 'of any text: \ud83d' })).toMatchObject({ status: 202 });
  });

  it('is not seen by who waits later', async () => {
    await server.api('POST', '/events', { type: 'early', id: 'e1' });
    const { run } = await paused('event: early');
    await server.api('POST', '/events', { type: 'unrelated', id: 'e2' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await server.state(run)).toBe('paused');
  });

  it('and a webhook meet all conditions together, in any order', async () => {
    const { run, pause } = await paused({ all: ['event: approved', { type: 'webhook', event: 'ready' }] });
    await server.api('POST', '/events', { type: 'approved', id: 'a1' });
    const waiting = await vi.waitFor(async () => {
      const answer = await call(pause.resume_token, { event: 'not yet' });
      expect(answer.body).toMatchObject({ waiting_for: { type: 'webhook', event: 'ready' } });
      return answer;
    }, 20_000);
    expect(waiting.body).toMatchObject({ resumed: false });
    expect((await call(pause.resume_token, { event: 'ready' })).body).toMatchObject({ resumed: true });
    await server.becomes(run, 'success');
  });
});

describe('a time', () => {
  it('resumes when it comes, also when it came while no server ran', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const { run } = await paused({ any: [{ type: 'at', at }, 'manual'] });
    const daily = await paused({ type: 'cron', schedule: '0 0 * * *', timezone: 'Europe/Berlin' });
    await server.kill();
    server.ahead(3 * 86_400_000); // three days: a cron came due three times
    await server.restart();
    await server.becomes(run, 'success');
    await server.becomes(daily.run, 'success');
    expect(await done(daily.run)).toEqual(['one', 'two', 'three']);
  });
});

describe('a condition', () => {
  it.each(['soon', { type: 'event' }, { any: [] }, { type: 'cron', schedule: 'daily' }])(
    'that cannot be read is refused: %j',
    async (resumeWhen) => {
      const run = await server.launch('steps', { ms: 500 });
      const answer = await server.api<{ metadata: { field: string } }>(
        'POST',
        `/threads/${run.threadId}/pause`,
        {
          reason: 'x',
          resume_when: resumeWhen,
        },
      );
      expect(answer.status).toBe(422);
      expect(answer.body.metadata.field).toMatch(/^resume_when/);
    },
  );

  it('is forgotten when the thread is resumed by hand', async () => {
    const { run, pause } = await paused('event: never');
    const resumed = await server.api('POST', `/threads/${run.threadId}/resume`, {});
    expect(resumed.status).toBe(202);
    await server.becomes(run, 'success');
    const event = await server.api('POST', '/events', { type: 'never', id: 'n1' });
    expect(event.body).toMatchObject({ waiting: 0 });
    expect((await call(pause.resume_token)).status).toBe(410);
  });
});

/** A thousand threads, and held to the time that was promised for them. */
const LONG = process.env['HOLDPOINT_LONG'] === '1';

/** How many runs have not ended. */
const waiting = async (): Promise<number> => {
  const text = await (await fetch(`${server.running.url}/metrics`)).text();
  const counts = text.matchAll(/holdpoint_runs\{state="(?:paused|pending|running)"\} (\d+)/g);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
};

describe('an event for a thousand threads', () => {
  it('resumes each once, also when the server is killed halfway', { timeout: 120_000 }, async () => {
    const others = await waiting();
    const threads = LONG ? 1000 : 120;
    const all = await server.api<{ pause_id: string }>('POST', '/pauses', {
      scope: { all: true },
      reason: 'gather',
    });
    const runs: Run[] = [];
    for (let begun = 0; begun < threads; begun += 20) {
      const group = await Promise.all(Array.from({ length: 20 }, () => server.launch()));
      await Promise.all(group.map((run) => server.pause(run, { resume_when: 'event: go' })));
      runs.push(...group);
    }
    await server.api('POST', `/pauses/${all.body.pause_id}/resume`, {});

    const crashed = server.crashAt('event:spread');
    await server.api('POST', '/events', { type: 'go', id: 'g1' }).catch(() => undefined);
    await crashed;
    await server.restart();

    const begun = performance.now();
    const resumed = async () => expect(await waiting()).toBeLessThanOrEqual(others);
    await vi.waitFor(resumed, { timeout: 60_000, interval: 250 });
    const took = performance.now() - begun;
    console.log(`${threads} threads resumed in ${Math.round(took)} ms`);
    expect(took).toBeLessThan(LONG ? 10_000 : Infinity);
    for (const run of LONG ? runs : runs.slice(0, 20)) {
      await server.becomes(run, 'success'); // one of the others may have ended in its place
      expect(await done(run)).toEqual(['one', 'two', 'three']);
    }
  });
});

describe('a signature', () => {
  it('is asked of calls of resume URLs when there is a secret', async () => {
    const secret = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
    const guarded = await startTriggerServer({ HOLDPOINT_HOOK_SECRET: secret });
    try {
      await guarded.becomes(await guarded.launch(), 'success'); // a worker is ready
      const run = await guarded.launch('steps', { held: true });
      await guarded.becomes(run, 'running');
      const { resume_token: token } = await guarded.pause(run);
      guarded.letGo(run);
      await guarded.becomes(run, 'paused');
      const path = `/hooks/${token}`;
      const text = '{ "event": "grün" }';
      const now = new Date();
      const signed = (by: string, at: Date) => ({
        'webhook-id': 'm1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(by).sign('m1', at, text),
      });
      const other = `whsec_${Buffer.from('another one, that long!!').toString('base64')}`;
      expect((await guarded.api('POST', path, text)).status).toBe(401);
      expect((await guarded.api('POST', path, text, signed(other, now))).status).toBe(401);
      const old = signed(secret, new Date(now.getTime() - 600_000));
      expect((await guarded.api('POST', path, text, old)).status).toBe(401);
      expect(await guarded.api('POST', path, text, signed(secret, now))).toMatchObject({
        status: 202,
        body: { resumed: true },
      });
      await guarded.becomes(run, 'success');
    } finally {
      await guarded.kill('SIGTERM');
    }
  });
});
