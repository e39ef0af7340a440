import { describe, expect, it } from 'vitest';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { collect, refusal, useServer } from './server.ts';
import { openStream, type Frame, type OpenStream } from './sse.ts';

describe('a stream that is taken up again', () => {
  const server = useServer();
  const latch = useLatch();
  const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;
  const MODES = ['values', 'updates', 'custom', 'tasks'];

  const start = async (id: string, graph: string, input: Record<string, unknown>): Promise<OpenStream> => {
    const body = JSON.stringify({ assistant_id: graph, input, stream_mode: MODES });
    return openStream(`${server.url}/threads/${id}/runs/stream`, { method: 'POST', body });
  };
  const follow = (path: string, lastEventId?: string, query = ''): Promise<OpenStream> =>
    openStream(`${server.url}${path}${query}`, {
      headers: lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId },
    });
  const until = async (stream: OpenStream, event: string): Promise<Frame[]> => {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await stream.next();
      if (!frame) throw new Error(`the stream ended before ${event}`);
      frames.push(frame);
      if (frame.event === event) return frames;
    }
  };

  it('while the run goes on: each reader gets everything exactly once, from wherever it asks', async () => {
    const id = await newThread();
    const first = await start(id, 'slow', { url: latch.url('running'), tag: 'x' });
    const path = first.headers.get('location') ?? '';
    const begun = await until(first, 'custom');
    await latch.reached('running');
    const all = await follow(path, '-1');
    const plain = await follow(path);
    const middle = await follow(path, begun[1]?.id);
    const end = await follow(path, begun.at(-1)?.id);
    first.leave();
    latch.open('running');
    const frames = await all.rest();
    expect(frames.slice(0, begun.length)).toEqual(begun);
    expect(frames.at(-1)).toMatchObject({ event: 'values', data: { path: ['before', 'wait', 'after'] } });
    expect(await plain.rest()).toEqual(frames);
    expect(await middle.rest()).toEqual(frames.slice(2));
    expect(await end.rest()).toEqual(frames.slice(begun.length));
  });

  it('after the run has ended: the same frames with the same ids, from wherever one asks', async () => {
    const id = await newThread();
    const first = await start(id, 'steps', { steps: 4 });
    const path = first.headers.get('location') ?? '';
    const frames = await first.rest();
    expect(frames.length).toBeGreaterThan(10);
    for (const [index, { id: lastEventId }] of frames.entries()) {
      expect(await (await follow(path, lastEventId)).rest()).toEqual(frames.slice(index + 1));
    }
    for (const start of ['-1', '-', undefined])
      expect(await (await follow(path, start)).rest()).toEqual(frames);
  });

  it('after the server was killed and started again: the same frames, values and all', async () => {
    const id = await newThread();
    const ended = await start(id, 'steps', { steps: 3, pad: 'ä'.repeat(100) });
    const path = ended.headers.get('location') ?? '';
    const frames = await ended.rest();
    await server.restart();
    expect(await (await follow(path, '-1')).rest()).toEqual(frames);
    expect(await (await follow(path, frames[2]?.id)).rest()).toEqual(frames.slice(3));
  });

  it('of a run that the kill hit: what was sent stays, and the next attempt follows it', async () => {
    const id = await newThread();
    const first = await start(id, 'slow', { url: latch.url('killed'), tag: 'k' });
    const path = first.headers.get('location') ?? '';
    const sent = await until(first, 'custom');
    await latch.reached('killed');
    await server.restart();
    latch.open('killed');
    const frames = await (await follow(path, '-1')).rest();
    expect(frames.slice(0, sent.length)).toEqual(sent);
    const attempts = frames.filter(({ event }) => event === 'metadata').map(({ data }) => data);
    expect(attempts).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    expect(frames.at(-1)).toMatchObject({ event: 'values', data: { path: ['before', 'wait', 'after'] } });
    expect(new Set(frames.map((frame) => frame.id)).size).toBe(frames.length);
    expect(await (await follow(path, sent.at(-1)?.id)).rest()).toEqual(frames.slice(sent.length));
  });

  it('ids grow over the whole thread, so an id of one run places a reader of the next at its beginning', async () => {
    const id = await newThread();
    const one = await (await start(id, 'steps', { steps: 1 })).rest();
    const second = await start(id, 'steps', { n: 0, steps: 1 });
    const two = await second.rest();
    const path = second.headers.get('location') ?? '';
    expect(await (await follow(path, one.at(-1)?.id)).rest()).toEqual(two);
  });

  it('the SDK follows a run from an event on', async () => {
    const id = await newThread();
    const run = await server.client.runs.create(id, 'steps', { input: { steps: 2 }, streamMode: 'updates' });
    const all = await collect(server.client.runs.joinStream(id, run.run_id));
    expect(all.map(({ event }) => event)).toEqual(['metadata', 'updates', 'updates']);
    const lastEventId = all[1]?.id ?? '';
    expect(await collect(server.client.runs.joinStream(id, run.run_id, { lastEventId }))).toEqual(
      all.slice(2),
    );
    expect(await collect(server.client.runs.joinStream(id, run.run_id, { lastEventId: '-1' }))).toEqual(all);
  });

  it('a reader may ask for some modes only, in either way of writing several', async () => {
    const id = await newThread();
    const first = await start(id, 'slow', {});
    const path = first.headers.get('location') ?? '';
    const frames = await first.rest();
    const only = (...events: string[]) => frames.filter(({ event }) => events.includes(event));
    expect(await (await follow(path, '-1', '?stream_mode=updates')).rest()).toEqual(
      only('metadata', 'updates'),
    );
    const several = only('metadata', 'updates', 'custom');
    expect(await (await follow(path, '-1', '?stream_mode=updates,custom')).rest()).toEqual(several);
    expect(await (await follow(path, '-1', '?stream_mode=updates&stream_mode=custom')).rest()).toEqual(
      several,
    );
    expect(await (await follow(path, '-1', '?stream_mode=messages')).rest()).toEqual(only('metadata'));
  });

  it('tells the two kinds of messages apart', async () => {
    const id = await newThread();
    const body = JSON.stringify({
      assistant_id: 'chat',
      input: { messages: [{ role: 'user', content: 'hi' }] },
      stream_mode: ['messages', 'messages-tuple'],
    });
    const first = await openStream(`${server.url}/threads/${id}/runs/stream`, { method: 'POST', body });
    const path = first.headers.get('location') ?? '';
    const names = async (mode: string) =>
      new Set((await (await follow(path, '-1', `?stream_mode=${mode}`)).rest()).map(({ event }) => event));
    await first.rest();
    expect(await names('messages-tuple')).toEqual(new Set(['metadata', 'messages']));
    expect(await names('messages')).toEqual(
      new Set(['metadata', 'messages/metadata', 'messages/partial', 'messages/complete']),
    );
  });

  it('an error is told to every reader, whatever modes it asked for', async () => {
    const id = await newThread();
    const first = await start(id, 'failing', {});
    const path = first.headers.get('location') ?? '';
    const frames = await first.rest();
    const late = await (await follow(path, '-1', '?stream_mode=custom')).rest();
    expect(late.at(-1)).toEqual(frames.at(-1));
    expect(late.at(-1)).toMatchObject({ event: 'error', data: { error: 'RangeError' } });
  });

  it.each([
    ['Last-Event-ID', 'yesterday', ''],
    ['Last-Event-ID', '1-2-3', ''],
    ['stream_mode.0', '-1', '?stream_mode=everything'],
  ])('refuses what it cannot follow (%s %s)', async (field, lastEventId, query) => {
    const id = await newThread();
    const first = await start(id, 'steps', {});
    await first.rest();
    const path = `${first.headers.get('location')}${query}`;
    const answer = await server.send('GET', path, undefined, { 'Last-Event-ID': lastEventId });
    expect(refusal(answer)).toEqual({ status: 422, code: 'invalid_request', field });
  });

  drives(server, ['GET /threads/{t}/runs/{r}/stream']);
});
