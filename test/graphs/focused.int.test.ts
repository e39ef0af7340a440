import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';

const config = fileURLToPath(new URL('../../langgraph.json', import.meta.url));

/** Where the source of a test is. */
const env = { HOLDPOINT_HTTP_ALLOW: '127.0.0.1' };

let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerProcess({ config, env });
});
afterAll(() => server.kill('SIGTERM'));

const restart = async (signal: NodeJS.Signals) => {
  const { dataDir, kill } = server;
  await kill(signal);
  server = await startServerProcess({ config, dataDir, env });
};

const send = async (method: string, path: string, body: unknown) => {
  const answer = await fetch(`${server.url}${path}`, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
};

/** Looks until it is so; no event tells a client of it. */
const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};

const valuesOf = async <T>(thread: string): Promise<T> =>
  (await server.client.threads.getState(thread)).values as T;

describe('the scheduled agent', () => {
  it('is launched by its cron and puts what has gathered into a digest, once', async () => {
    const { client } = server;
    await client.store.putItem(['digest', 'entries'], 'release', { text: '1.2 was released.' });
    const { thread_id: thread } = await client.threads.create();
    const cron = await client.crons.createForThread(thread, 'scheduled', {
      schedule: '* * * * * *',
      input: {},
    });
    const { digest } = await until(async () => {
      const values = await valuesOf<{ digest?: string }>(thread);
      return values.digest === undefined || values.digest === '' ? undefined : values;
    });
    expect(digest).toContain('- 1.2 was released.');
    await until(async () => ((await valuesOf<{ issue: number }>(thread)).issue >= 2 ? true : undefined));
    await client.crons.delete(cron.cron_id);
    const history = await client.threads.getHistory<{ digest: string }>(thread, { limit: 100 });
    const digests = new Set(history.map(({ values }) => values.digest));
    expect([...digests].filter((one) => one?.includes('1.2 was released.'))).toHaveLength(1);
  });
});

describe('the event-driven agent', () => {
  it('is launched by one event, once, waits over a kill, and goes on with the other', async () => {
    await send('PATCH', '/assistants/event-driven', { metadata: { launch_on: { event: 'order.placed' } } });
    const order = randomUUID();
    const placed = { type: 'order.placed', id: `placed-${order}`, data: { order, amount: 40 } };
    await send('POST', '/events', placed);
    await send('POST', '/events', placed);
    const mine = async () =>
      (await server.client.threads.search({
        values: { order: { order, amount: 40 } },
        limit: 10,
      })) as unknown as {
        thread_id: string;
        lifecycle: { state: string };
      }[];
    const thread = await until(async () => {
      const [found] = await mine();
      return found?.lifecycle.state === 'paused' ? found.thread_id : undefined;
    });
    await restart('SIGKILL');
    const other = { order: 'another', amount: 1 };
    await send('POST', '/events', { type: 'payment.received', id: randomUUID(), data: other });
    await send('POST', '/events', {
      type: 'payment.received',
      id: randomUUID(),
      data: { order, amount: 40 },
    });
    const { outcome } = await until(async () => {
      const values = await valuesOf<{ outcome: string }>(thread);
      return values.outcome === '' ? undefined : values;
    });
    expect(outcome).toBe(`${order}: paid, to be sent`);
    expect(await mine()).toHaveLength(1);
  });
});

describe('long research', () => {
  it('asks each of its forty questions once over a pause and a deploy', async () => {
    const asked: string[] = [];
    let heard = (): void => {};
    const source = createServer((request, response) => {
      const question = new URL(request.url ?? '/', 'http://source').searchParams.get('question') ?? '';
      asked.push(question);
      heard();
      response.end(`about ${question}`);
    });
    source.listen(0, '127.0.0.1');
    await once(source, 'listening');
    const reached = async (count: number) => {
      while (asked.length < count) await new Promise<void>((resolve) => (heard = resolve));
    };
    const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/`;
    const { thread_id: thread } = await server.client.threads.create();
    const input = { topic: 'tides', pace_ms: 40, source: url };
    const run = await server.client.runs.create(thread, 'research', { input });
    await reached(5);
    await send('POST', `/threads/${thread}/pause`, { reason: 'the source is down' });
    await server.client.runs.join(thread, run.run_id);
    await send('POST', `/threads/${thread}/resume`, { additional_context: 'Mind the moon.' });
    await reached(20);
    await restart('SIGTERM');
    await server.client.runs.join(thread, run.run_id);
    const { report, notes } = await valuesOf<{ report: string; notes: string[] }>(thread);
    expect(notes).toHaveLength(40);
    expect(report).toContain('- (Mind the moon.)');
    expect(asked.map(Number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    source.closeAllConnections();
    source.close();
  });
});
