import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { drives } from './rows.ts';
import { useServer } from './server.ts';
import { openStream, type Frame, type OpenStream } from './sse.ts';

const server = useServer({ config: LIGHT });

const open = (threadId: string, query = '', headers: Record<string, string> = {}): Promise<OpenStream> =>
  openStream(`${server.url}/threads/${threadId}/stream${query}`, { headers });

const take = async (stream: OpenStream, done: (frame: Frame) => boolean): Promise<Frame[]> => {
  const frames: Frame[] = [];
  for (let frame = await stream.next(); frame; frame = await stream.next()) {
    frames.push(frame);
    if (done(frame)) break;
  }
  return frames;
};

const isDone = ({ data }: Frame): boolean => (data as { status?: string }).status === 'run_done';

describe('the stream of a thread (state GET /threads/{t}/stream)', () => {
  it('tells every event of every run, from now on, and stays open', async () => {
    const { client } = server;
    const { thread_id: threadId } = await client.threads.create();
    await client.runs.wait(threadId, 'steps', { input: { steps: 1 } });
    const stream = await open(threadId, '?stream_modes=run_modes&stream_modes=lifecycle');
    const runs = [];
    for (let turn = 0; turn < 2; turn++) {
      const { run_id: runId } = await client.runs.create(threadId, 'steps', {
        input: { steps: 1 },
        streamMode: ['values', 'updates'],
      });
      const frames = await take(stream, isDone);
      expect(frames[0]).toMatchObject({ event: 'metadata', data: { run_id: runId } });
      expect(new Set(frames.map(({ event }) => event))).toEqual(new Set(['metadata', 'values', 'updates']));
      expect(frames.at(-1)?.data).toEqual({ run_id: runId, status: 'run_done' });
      runs.push(...frames);
    }
    stream.leave();
    // From any of its events on the rest comes again, and `-` is the start.
    const again = await open(threadId, '', { 'last-event-id': runs[1]?.id ?? '' });
    const rest = runs.slice(2).filter((frame) => !isDone(frame));
    for (const frame of rest) expect(await again.next()).toEqual(frame);
    again.leave();
    const whole = await open(threadId, '?stream_modes=lifecycle', { 'last-event-id': '-' });
    const three = [];
    for (let run = 0; run < 3; run++) three.push(...(await take(whole, isDone)));
    expect(three).toHaveLength(6);
    whole.leave();
  });

  it('is joined by the SDK', async () => {
    const { client } = server;
    const { thread_id: threadId } = await client.threads.create();
    await client.runs.wait(threadId, 'steps', { input: { steps: 2 } });
    const leaving = new AbortController();
    const events: string[] = [];
    for await (const { event } of client.threads.joinStream(threadId, {
      lastEventId: '-',
      streamMode: 'state_update',
      signal: leaving.signal,
    })) {
      events.push(event);
      if (events.length === 3) break;
    }
    leaving.abort();
    expect(events).toEqual(['values', 'values', 'values']);
  });

  it('is 404 where there is no thread', async () => {
    const answer = await server.send('GET', '/threads/00000000-0000-4000-8000-000000000000/stream');
    expect(answer.status).toBe(404);
  });
});

drives(server, ['GET /threads/{t}/stream']);
