import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtGraphs } from '../support/built.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';

const config = builtGraphs('scale');

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

describe('where more runs wait than workers take', () => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    const env = { HOLDPOINT_CONCURRENCY: '3', HOLDPOINT_FAIR_BY: 'metadata.tenant' };
    server = await startServerProcess({ config, env });
  });
  afterAll(() => server.kill());

  const send = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const launch = async (assistantId: string, tenant: string, ms = 30) => {
    const { thread_id: threadId } = await server.client.threads.create();
    const input = { steps: 1, ms };
    const { run_id: runId } = await server.client.runs.create(threadId, assistantId, {
      input,
      metadata: { tenant },
    });
    return { threadId, runId };
  };
  const several = (count: number, ...of: Parameters<typeof launch>) =>
    Promise.all(Array.from({ length: count }, () => launch(...of)));
  const ended = (runs: { threadId: string; runId: string }[]) =>
    Promise.all(runs.map(({ threadId, runId }) => server.client.runs.join(threadId, runId)));
  /** What became of these runs, in the order in which it did. */
  const story = async (runs: { runId: string }[]) => {
    const { json } = await send('GET', '/activity?kind=claim,finish&limit=1000');
    const lines = json as { run_id: string; kind: string }[];
    return lines.filter(({ run_id: id }) => runs.some(({ runId }) => runId === id)).toReversed();
  };
  const claims = async (runs: { runId: string }[]) =>
    (await story(runs)).filter(({ kind }) => kind === 'claim').map(({ run_id: id }) => id);
  const another = async () => (await server.client.assistants.create({ graphId: 'steps' })).assistant_id;

  it('one busy tenant does not keep the others waiting', async () => {
    const blocking = await several(3, 'steps', 'x', 3500); // longer than it takes to launch the others
    const busy = await several(40, 'steps', 'busy');
    const small = await several(4, 'steps', 'small');
    await ended(small);
    const order = await claims([...busy, ...small]);
    const begun = Math.max(...small.map(({ runId }) => order.indexOf(runId))) - 3;
    console.log(`of 40 runs of the busy tenant ${begun} began before the other's 4th`);
    // Four turns; half of what one worker takes at once, before anybody waits; and eight places where workers collide.
    expect(begun).toBeLessThanOrEqual(4 + 2 + 8);
    await ended([...blocking, ...busy]);
  });

  it('the runs of an assistant with a limit never are more at work, and all are done', async () => {
    const limited = await another();
    const path = `/assistants/${limited}/limits`;
    expect(await send('GET', path)).toMatchObject({ json: { max_running: null, priority: 0 } });
    expect(await send('PUT', path, { max_running: 1 })).toMatchObject({ status: 200 });
    const runs = await several(6, limited, 'limited');
    await ended(runs);
    expect((await story(runs)).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 6 }, () => ['claim', 'finish']).flat(),
    );
  });

  it('an assistant with a higher priority goes first', async () => {
    const urgent = await another();
    await send('PUT', `/assistants/${urgent}/limits`, { priority: 10 });
    const blocking = await several(3, 'steps', 'x', 2500); // longer than it takes to launch the others
    const ordinary = await several(8, 'steps', 'x');
    const first = await several(2, urgent, 'x');
    await ended([...blocking, ...ordinary, ...first]);
    // All three that block end at the same moment: both go first, and one of the others with them.
    expect((await claims([...ordinary, ...first])).slice(0, 3)).toEqual(
      expect.arrayContaining(first.map(({ runId }) => runId)),
    );
  });

  it('limits that are none are refused with the field, and are gone once they are taken away', async () => {
    const path = `/assistants/${await another()}/limits`;
    expect(await send('PUT', path, { max_running: 0 })).toMatchObject({
      status: 422,
      json: { code: 'invalid_request', metadata: { field: 'max_running' } },
    });
    await send('PUT', path, { max_running: 3, priority: -1 });
    expect(await send('GET', path)).toMatchObject({ json: { max_running: 3, priority: -1 } });
    expect((await send('DELETE', path)).status).toBe(204);
    expect(await send('GET', path)).toMatchObject({ json: { max_running: null, priority: 0 } });
    expect((await send('PUT', `/assistants/${crypto.randomUUID()}/limits`, {})).status).toBe(404);
  });

  it('the health of what a server needs is said by its parts', async () => {
    await server.client.runs.wait(null, 'steps', { input: { steps: 1 } });
    const { json } = await send('GET', '/ok?check_db=1');
    expect(json).toMatchObject({ ok: true, dependencies: { database: 'ok', workers: 1 } });
  });
});
