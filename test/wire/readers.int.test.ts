import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { collect, useServer } from './server.ts';
import { openStream } from './sse.ts';

describe('readers of a stream', () => {
  const server = useServer({ config: LIGHT, env: { HOLDPOINT_HEARTBEAT_MS: '20' } });
  const latch = useLatch();
  const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await server.client.runs.list(id))[0]?.status;
  const startHeld = async (place: string, body: Record<string, unknown> = {}, how = 'stream') => {
    const id = await newThread();
    const asked = { assistant_id: 'slow', input: { url: latch.url(place) }, ...body };
    const opening = openStream(`${server.url}/threads/${id}/runs/${how}`, {
      method: 'POST',
      body: JSON.stringify(asked),
    });
    await latch.reached(place);
    return { id, stream: await opening };
  };

  describe('a silent one', () => {
    it('is sent a sign of life that is no event', async () => {
      const { id, stream } = await startHeld('silent');
      expect(await stream.comment()).toBe(': heartbeat');
      const [run] = await server.client.runs.list(id);
      const joined = server.client.runs.joinStream(id, run?.run_id ?? '', { streamMode: 'values' });
      const seen = await joined.next();
      expect(seen.value).toMatchObject({ event: 'metadata' });
      expect(await stream.comment()).toBe(': heartbeat');
      latch.open('silent');
      expect((await collect(joined)).every(({ event }) => event === 'values')).toBe(true);
    });

    it('of an answer still to come is sent line breaks, and the answer is JSON all the same', async () => {
      const id = await newThread();
      const answer = server.send('POST', `/threads/${id}/runs/wait`, {
        assistant_id: 'slow',
        input: { url: latch.url('waiting') },
      });
      await latch.reached('waiting');
      const beats = await startHeld('beats');
      for (let i = 0; i < 3; i++) await beats.stream.comment();
      latch.open('beats');
      latch.open('waiting');
      const { text, json } = await answer;
      expect(text).toMatch(/^\n+\{/);
      expect(json).toMatchObject({ path: ['before', 'wait', 'after'] });
    });
  });

  describe('one that goes away', () => {
    it('leaves the run to go on', async () => {
      const { id, stream } = await startHeld('left');
      stream.leave();
      latch.open('left');
      const [run] = await server.client.runs.list(id);
      expect(await server.client.runs.join(id, run?.run_id ?? '')).toMatchObject({
        path: ['before', 'wait', 'after'],
      });
    });

    it('cancels the run it started when it said so', async () => {
      const { id, stream } = await startHeld('cancelling', { on_disconnect: 'cancel' });
      const [run] = await server.client.runs.list(id);
      const joined = server.client.runs.join(id, run?.run_id ?? '');
      stream.leave();
      await joined;
      expect(await statusOf(id)).toBe('interrupted');
      latch.open('cancelling');
    });

    it('cancels the run it followed when it said so', async () => {
      const { id } = await startHeld('followed');
      const [run] = await server.client.runs.list(id);
      const path = `/threads/${id}/runs/${run?.run_id}`;
      const staying = await openStream(`${server.url}${path}/stream?cancel_on_disconnect=0`);
      const leaving = await openStream(`${server.url}${path}/stream?cancel_on_disconnect=1`);
      await leaving.next();
      leaving.leave();
      await staying.rest();
      expect(await statusOf(id)).toBe('interrupted');
      latch.open('followed');
    });

    it('cancels the run whose answer it waited for when it said so', async () => {
      const id = await newThread();
      const controller = new AbortController();
      const asked = { assistant_id: 'slow', input: { url: latch.url('impatient') }, on_disconnect: 'cancel' };
      const waiting = fetch(`${server.url}/threads/${id}/runs/wait`, {
        method: 'POST',
        body: JSON.stringify(asked),
        signal: controller.signal,
      });
      await latch.reached('impatient');
      const [run] = await server.client.runs.list(id);
      const joined = server.client.runs.join(id, run?.run_id ?? '');
      controller.abort();
      await waiting.then((response) => response.text()).catch(() => {});
      await joined;
      expect(await statusOf(id)).toBe('interrupted');
      latch.open('impatient');
    });
  });

  describe('one that does not read', () => {
    const stalled = (path: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        get(`${server.url}${path}`, { agent: false }, (response) => resolve(response.pause())).on(
          'error',
          reject,
        );
      });
    /** The same over protocol v2. */
    const stalledProtocol = (threadId: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const url = `${server.url}/threads/${threadId}/stream/events`;
        request(url, { method: 'POST', agent: false }, (response) => resolve(response.pause()))
          .on('error', reject)
          .end(JSON.stringify({ channels: ['custom'], since: 0 }));
      });
    const residentMb = (): number =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.process.process.pid)]).toString()) / 1024;

    it('neither slows another down nor fills the memory, and can still read everything later', async () => {
      const [EVENTS, BYTES, SLOW] = [30_000, 1000, 16];
      const id = await newThread();
      const run = await server.client.runs.create(id, 'tokens', {
        input: { events: EVENTS, bytes: BYTES },
        streamMode: 'custom',
      });
      const path = `/threads/${id}/runs/${run.run_id}/stream`;
      const slow = await Promise.all(Array.from({ length: SLOW }, () => stalled(path)));
      const subscribers = await Promise.all(Array.from({ length: SLOW / 2 }, () => stalledProtocol(id)));
      const before = residentMb();
      const fast = await openStream(`${server.url}${path}`);
      const frames = await fast.rest();
      expect(frames.filter(({ event }) => event === 'custom').length).toBe(EVENTS);
      const unread = ((SLOW + subscribers.length) * EVENTS * BYTES) / 2 ** 20;
      expect(residentMb() - before).toBeLessThan(unread / 2);
      subscribers.forEach((response) => response.destroy());
      const [late, ...rest] = slow;
      rest.forEach((response) => response.destroy());
      let text = '';
      late?.setEncoding('utf8').on('data', (part: string) => (text += part));
      if (late) await once(late.resume(), 'end');
      expect(text.match(/^id: /gm)?.length).toBe(frames.length);
    });

    it('does not fill the memory with large states either', async () => {
      const [STEPS, BYTES, SLOW] = [100, 300_000, 10];
      const id = await newThread();
      const run = await server.client.runs.create(id, 'steps', {
        input: { steps: STEPS, pad: 'x'.repeat(BYTES) },
        config: { recursion_limit: STEPS + 1 },
      });
      await server.client.runs.join(id, run.run_id);
      const path = `/threads/${id}/runs/${run.run_id}/stream`;
      const before = residentMb();
      const slow = await Promise.all(Array.from({ length: SLOW }, () => stalled(path)));
      for (const response of slow) if (response.readableLength === 0) await once(response, 'readable');
      const unread = (SLOW * STEPS * BYTES) / 2 ** 20;
      expect(residentMb() - before).toBeLessThan(unread / 2);
      slow.forEach((response) => response.destroy());
    });
  });
});
