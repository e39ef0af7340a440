import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { useServer } from './server.ts';
import { openStream, type Frame, type OpenStream } from './sse.ts';

const EVERY_SECOND = '* * * * * *';
const DONE = ['before', 'wait', 'after'];
const CHANNELS = ['values', 'updates', 'custom', 'tasks', 'lifecycle'];

interface Event {
  seq: number;
  method: string;
  params: { namespace: string[]; data: Record<string, unknown> };
}

/** Reads up to a frame of this name, and goes on holding the stream. */
const until = async (stream: OpenStream, event: string): Promise<Frame[]> => {
  const frames: Frame[] = [];
  for (;;) {
    const frame = await stream.next();
    if (!frame) throw new Error(`the stream ended before ${event}`);
    frames.push(frame);
    if (frame.event === event) return frames;
  }
};

/** What a reader who forgets what came twice in a row makes of a stream of values and updates. */
const understood = (frames: Frame[]): unknown[] => {
  const seen = frames
    .filter(({ event }) => event !== 'metadata')
    .map(({ event, data }) => JSON.stringify([event, data]));
  return seen.filter((one, index) => seen.indexOf(one) === index).map((one) => JSON.parse(one) as unknown);
};

describe('a server that is killed with kill -9', () => {
  const server = useServer({ config: LIGHT, env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1' } });
  const latch = useLatch();
  let receiver: Receiver;
  const input = { tag: 'k' };
  const at = (place: string) => ({ ...input, url: latch.url(place) });
  const follow = (path: string, lastEventId: string | undefined) =>
    openStream(`${server.url}${path}`, { headers: { 'Last-Event-ID': lastEventId ?? '' } });
  const subscribe = (threadId: string, lastEventId?: string): Promise<OpenStream> =>
    openStream(`${server.url}/threads/${threadId}/stream/events`, {
      method: 'POST',
      headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
      body: JSON.stringify({ channels: CHANNELS, ...(lastEventId === undefined && { since: 0 }) }),
    });
  const run = async (threadId: string, place: string): Promise<OpenStream> =>
    openStream(`${server.url}/threads/${threadId}/runs/stream`, {
      method: 'POST',
      body: JSON.stringify({
        assistant_id: 'slow',
        input: at(place),
        stream_mode: ['values', 'updates'],
        stream_resumable: true,
        if_not_exists: 'create',
      }),
    });
  const untilEnd = async (stream: OpenStream): Promise<Frame[]> => {
    const frames: Frame[] = [];
    for (;;) {
      frames.push(...(await until(stream, 'lifecycle')));
      const last = frames.at(-1)?.data as Event | undefined;
      if (last?.params.namespace.length !== 0 || last.params.data['event'] === 'running') continue;
      stream.leave();
      return frames;
    }
  };
  const start = async (threadId: string, place: string): Promise<void> => {
    const params = { assistant_id: 'slow', input: at(place) };
    await server.send('POST', `/threads/${threadId}/commands`, { id: 1, method: 'run.start', params });
  };

  const [older, newer] = [randomUUID(), randomUUID()];
  let path: string;
  let read: Frame[];
  let heard: Frame[];
  let hooked: { thread_id: string; run_id: string };
  let onCron: string;
  let cronId: string;
  let batch: { thread_id: string; run_id: string }[];

  beforeAll(async () => {
    receiver = await startReceiver();
    const stream = await run(older, 'older');
    path = stream.headers.get('location') ?? '';
    read = await until(stream, 'updates');
    await start(newer, 'newer');
    const subscription = await subscribe(newer);
    heard = await until(subscription, 'custom');
    hooked = await server.client.runs.create(null, 'slow', { input: at('hook'), webhook: receiver.url });
    onCron = (await server.client.threads.create()).thread_id;
    const made = await server.client.crons.createForThread(onCron, 'slow', {
      schedule: EVERY_SECOND,
      input: at('cron'),
      multitaskStrategy: 'enqueue',
    });
    cronId = (made as unknown as { cron_id: string }).cron_id;
    batch = await server.client.runs.createBatch(
      ['a', 'b'].map((tag) => ({ assistantId: 'slow', input: { ...at('batch'), tag } })),
    );
    await Promise.all(['older', 'newer', 'hook', 'cron'].map((place) => latch.reached(place)));
    await latch.reached('batch', 2);
    await server.restart();
    await server.client.crons.update(cronId, { enabled: false });
    for (const place of ['older', 'newer', 'hook', 'cron', 'batch', 'undisturbed']) latch.open(place);
  });
  afterAll(() => receiver.close());

  it('in the middle of a resumable stream: its reader ends with the events and the state of an undisturbed run', async () => {
    const all = [...read, ...(await (await follow(path, read.at(-1)?.id)).rest())];
    const undisturbed = await (await run(randomUUID(), 'undisturbed')).rest();

    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(understood(all)).toEqual(
      understood(undisturbed).map((frame) => replacing(frame, latch.url('undisturbed'), latch.url('older'))),
    );
    expect(await (await follow(path, '-1')).rest()).toEqual(all);
    expect((await server.client.threads.getState(older)).values).toMatchObject({ path: DONE });
  });

  it('in the middle of a v2 subscription: its subscriber ends with the events of who asks later, each once', async () => {
    const rest = await untilEnd(await subscribe(newer, heard.at(-1)?.id));
    const all = [...heard, ...rest].map(({ data }) => data as Event);
    const later = (await untilEnd(await subscribe(newer))).map(({ data }) => data as Event);

    const said = ({ seq, method, params: { data } }: Event) => [seq, method, data];
    expect(all.map(said)).toEqual(later.map(said));
    const updates = all.filter(({ method }) => method === 'updates').map(({ params }) => params.data);
    expect(updates).toEqual(
      DONE.map((path_) => expect.objectContaining({ values: { path: path_ } }) as unknown),
    );
    expect(all.at(-1)?.params.data).toMatchObject({ event: 'completed' });
    const values = all.filter(({ method }) => method === 'values');
    expect(values.at(-1)?.params.data).toMatchObject({ path: DONE });
  });

  it('in the middle of a run with a webhook: it comes once, with the whole result', async () => {
    await receiver.got(1);
    await server.client.runs.join(hooked.thread_id, hooked.run_id);
    expect(receiver.received.map(({ json }) => json)).toEqual([
      expect.objectContaining({
        run_id: hooked.run_id,
        status: 'success',
        values: expect.objectContaining({ path: DONE }) as unknown,
      }),
    ]);
  });

  it('in the middle of a run of a cron: that run is finished, and none is launched twice', async () => {
    const runs = await server.client.runs.list(onCron, { limit: 100 });
    for (const { run_id } of runs) await server.client.runs.join(onCron, run_id);
    const ended = await server.client.runs.list(onCron, { limit: 100 });
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'success'));
    const { values } = await server.client.threads.getState<{ path: string[] }>(onCron);
    expect(values.path).toEqual(ended.flatMap(() => DONE));
    const seconds = ended.map(({ created_at }) => created_at.slice(0, 19));
    expect(new Set(seconds).size).toBe(seconds.length);
  });

  it('in the middle of a batch: each of its runs is finished', async () => {
    const results = await Promise.all(batch.map((one) => server.client.runs.join(one.thread_id, one.run_id)));
    expect(results).toMatchObject(['a', 'b'].map((tag) => ({ tag, path: DONE })));
  });

  drives(server, [
    'GET /threads/{t}/runs/{r}/stream',
    'POST /runs/batch',
    'POST /threads/{t}/runs/crons',
    'POST /threads/{t}/commands',
    'POST /threads/{t}/stream/events',
  ]);
});

/** The same frame of a run that called out to another place. */
const replacing = (frame: unknown, from: string, to: string): unknown =>
  JSON.parse(JSON.stringify(frame).replaceAll(from, to)) as unknown;
