import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startServerProcess } from '../support/server.ts';

const config = fileURLToPath(new URL('graphs/langgraph.json', import.meta.url));

it('a queue that is full refuses new runs and says when to come again, but takes what a person decides', async () => {
  const server = await startServerProcess({
    config,
    env: { HOLDPOINT_QUEUE_LIMIT: '2', HOLDPOINT_CONCURRENCY: '1' },
  });
  const { client, url } = server;
  const launch = (body: object) =>
    fetch(`${url}/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ assistant_id: 'steps', input: { steps: 1, ms: 20_000 }, ...body }),
    });
  const waiting = async () =>
    Number(/^holdpoint_queue_runs (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
  try {
    const { thread_id: held } = await client.threads.create();
    await client.runs.wait(held, 'gate', { input: {} });
    expect((await launch({})).status).toBe(200);
    while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect([(await launch({})).status, (await launch({})).status]).toEqual([200, 200]);
    expect(await waiting()).toBe(2);

    const refused = await launch({});
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ code: 'queue_full', metadata: { limit: 2 } });

    const { status } = await client.runs.create(held, 'gate', { command: { resume: 'yes' } });
    expect(status).toBe('pending');
  } finally {
    await server.kill();
  }
});

it('the health of what a server needs is said by its parts', async () => {
  const server = await startServerProcess({ config });
  try {
    await server.client.runs.wait(null, 'steps', { input: { steps: 1 } });
    const response = await fetch(`${server.url}/ok?check_db=1`);
    expect(await response.json()).toMatchObject({ ok: true, dependencies: { database: 'ok', workers: 1 } });
  } finally {
    await server.kill();
  }
});
