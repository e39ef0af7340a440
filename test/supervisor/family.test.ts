import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { launchSubtask, pauseSelf } from '../../graphs/supervisor/family.ts';
import { bindLoopback } from '../../src/engine/loopback.ts';

const NAMES = ['langgraph_api:fetch', 'langgraph_api:url'].map((name) => Symbol.for(name));
const globals = globalThis as Record<symbol, unknown>;
afterEach(() => NAMES.forEach((name) => delete globals[name]));

const TASK = {
  title: 'Read',
  persona: 'researcher',
  instructions: 'Read notes.md',
  threadId: '7d1e2a53-8f3b-4a55-9f44-0c6f4b0f2a11',
  runId: null,
  status: 'planned',
  reason: null,
  result: null,
};
const launch = () => launchSubtask('coordinator', TASK, undefined);

it('a supervisor on a worker that does not know the server fails at once and says what to set', async () => {
  bindLoopback().open(null);
  await expect(launch()).rejects.toThrow(/HOLDPOINT_API_URL/);
});

it('a supervisor that runs in no server fails at once and says so', async () => {
  await expect(launch()).rejects.toThrow(/runs in none/);
});

describe('a server that answers', () => {
  const answering = async (status: number, body: string, path = ''): Promise<string[]> => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    bindLoopback().open(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return asked;
  };

  it.each(['/agents', '/agents/'])('is found beneath the path of its address: %s', async (path) => {
    const asked = await answering(404, 'none', path);
    await expect(launch()).rejects.toThrow('404');
    await expect(pauseSelf('why', {})).rejects.toThrow('404');
    expect(asked.length).toBeGreaterThan(1);
    for (const url of asked) expect(url).toMatch(/^\/agents\/(?!agents)/);
  });

  it('is not asked again when it refuses, whatever it refuses', async () => {
    await answering(404, 'There is no thread 11111111-0000-4000-8000-000000000429.');
    await expect(launch()).rejects.toThrow('404');
    await expect(pauseSelf('why', {})).rejects.toThrow('404');
  });

  it('has let the run hear of a pause when it has taken it', { timeout: 2000 }, async () => {
    await answering(202, '{}');
    const paused = pauseSelf('why', { control: { drainRequested: false } } as never);
    await expect(paused).resolves.toBeUndefined();
  });
});
