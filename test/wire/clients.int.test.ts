import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drives } from './rows.ts';
import { useServer } from './server.ts';
import { openStream, type Frame } from './sse.ts';

interface ThreadBody {
  thread_id: string;
  status: string;
  values: { messages?: { type: string; content: unknown }[] } & Record<string, unknown>;
  interrupts: Record<string, { id: string; value: Record<string, unknown> }[]>;
}

interface StateBody {
  values: Record<string, unknown>;
  next: string[];
  checkpoint: { checkpoint_id: string; checkpoint_ns: string };
  parent_checkpoint: { checkpoint_id: string } | null;
}

/** The calls of published clients, as they put them on the wire (each is unmodified from the client's sources). */
describe('the calls of published clients', () => {
  const server = useServer();
  const stream = async (path: string, body: unknown): Promise<Frame[]> =>
    (await openStream(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) })).rest();
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await server.send(method, path, body);
    expect(answer.status).toBe(200);
    return answer.json as T;
  };
  const newThread = async (): Promise<string> =>
    (await json<ThreadBody>('POST', '/threads', { metadata: {} })).thread_id;
  const notes = (name: string): Promise<string> =>
    readFile(join(server.process.dataDir, 'workspace', name), 'utf8');
  const human = (text: string) => ({
    messages: [{ id: `m-${text}`, type: 'human', content: [{ type: 'text', text }] }],
  });
  const ask = async (file: string): Promise<string> => {
    const id = await newThread();
    const input = human(`Write the release notes for 1.2 to ${file}`);
    await json('POST', `/threads/${id}/runs/wait`, { assistant_id: 'agent', input });
    return id;
  };

  describe('Agent Chat UI', () => {
    const MODES = ['values', 'messages-tuple', 'custom'];
    const say = (id: string, text: string) =>
      stream(`/threads/${id}/runs/stream`, {
        input: human(text),
        stream_mode: MODES,
        stream_subgraphs: true,
        stream_resumable: true,
        assistant_id: 'agent',
        on_disconnect: 'continue',
      });
    const answer = async (id: string, command: unknown) => {
      const [{ checkpoint }] = await json<[StateBody]>('POST', `/threads/${id}/history`, { limit: 10 });
      return stream(`/threads/${id}/runs/stream`, {
        input: {},
        command,
        stream_mode: MODES,
        stream_subgraphs: true,
        stream_resumable: false,
        assistant_id: 'agent',
        checkpoint: { checkpoint_id: checkpoint.checkpoint_id, checkpoint_ns: '', checkpoint_map: null },
        on_disconnect: 'cancel',
      });
    };

    it('finds its threads, shows the question and approves it', async () => {
      expect(await json('GET', '/info')).toMatchObject({ version: expect.any(String) as string });
      const id = await newThread();
      const asked = await say(id, 'Write the release notes for 1.2 to chat.md');
      const { data } = asked.at(-1) ?? {};
      expect(data).toMatchObject({
        __interrupt__: [{ value: { action_requests: [{ name: 'write_file' }] } }],
      });
      const found = await json<ThreadBody[]>('POST', '/threads/search', {
        metadata: { graph_id: 'agent' },
        limit: 100,
        offset: 0,
      });
      expect(found.map(({ thread_id }) => thread_id)).toContain(id);
      const done = await answer(id, { resume: { decisions: [{ type: 'approve' }] } });
      expect(done.every(({ event }) => event !== 'error')).toBe(true);
      expect(await notes('chat.md')).toContain('1.2');
      expect(await json('GET', `/threads/${id}`)).toMatchObject({ status: 'idle', interrupts: {} });
    });

    it('resolves a question without answering it', async () => {
      const id = await ask('resolved.md');
      const frames = await answer(id, { goto: '__end__' });
      expect(frames.every(({ event }) => event !== 'error')).toBe(true);
      expect(await json('GET', `/threads/${id}`)).toMatchObject({ status: 'idle', interrupts: {} });
      expect(await json('GET', `/threads/${id}/state`)).toMatchObject({ next: [] });
      await expect(notes('resolved.md')).rejects.toThrow('ENOENT');
    });

    it('regenerates an answer from the checkpoint before it', async () => {
      const id = await newThread();
      await say(id, 'hello');
      const history = await json<StateBody[]>('POST', `/threads/${id}/history`, { limit: 10 });
      const before = history.find(({ next }) => next.includes('model'));
      const checkpoint = { ...before?.checkpoint, checkpoint_map: null };
      await stream(`/threads/${id}/runs/stream`, {
        input: null,
        assistant_id: 'agent',
        stream_mode: MODES,
        stream_subgraphs: true,
        checkpoint,
      });
      const thread = await json<ThreadBody>('GET', `/threads/${id}`);
      expect(thread.values.messages?.map(({ type }) => type)).toEqual(['human', 'ai']);
    });
  });

  describe('Agent Inbox', () => {
    const interrupted = () =>
      json<ThreadBody[]>('POST', '/threads/search', {
        metadata: { graph_id: 'agent' },
        status: 'interrupted',
        limit: 10,
        offset: 0,
      });
    const resume = (id: string, response: unknown) =>
      stream(`/threads/${id}/runs/stream`, {
        command: { resume: [response] },
        stream_mode: 'events',
        assistant_id: 'agent',
      });

    it('finds what waits, accepts it and follows the nodes that run', async () => {
      const id = await ask('inbox.md');
      const found = (await interrupted()).find(({ thread_id }) => thread_id === id);
      const [question] = Object.values(found?.interrupts ?? {}).flat();
      expect(question?.value).toMatchObject({
        action_request: { action: 'write_file', args: { path: 'inbox.md' } },
      });
      const frames = await resume(id, { type: 'accept', args: null });
      expect(new Set(frames.map(({ event }) => event))).toEqual(new Set(['metadata', 'events']));
      const nodes = frames
        .map(({ data }) => data as { event?: string; metadata?: { langgraph_node?: string } })
        .filter(({ event }) => event === 'on_chain_start')
        .map(({ metadata }) => metadata?.langgraph_node);
      expect(nodes).toEqual(expect.arrayContaining(['gate', 'tools', 'model']));
      expect(await notes('inbox.md')).toContain('1.2');
      expect((await interrupted()).map(({ thread_id }) => thread_id)).not.toContain(id);
    });

    it('edits the arguments', async () => {
      const id = await ask('before-edit.md');
      const args = { action: 'write_file', args: { path: 'edited.md', content: 'by hand' } };
      await resume(id, { type: 'edit', args });
      expect(await notes('edited.md')).toBe('by hand');
      await expect(notes('before-edit.md')).rejects.toThrow('ENOENT');
    });

    it('answers in the tool’s place', async () => {
      const id = await ask('answered.md');
      await resume(id, { type: 'response', args: 'Not today.' });
      const { values } = await json<ThreadBody>('GET', `/threads/${id}`);
      expect(JSON.stringify(values.messages)).toContain('Not today.');
      await expect(notes('answered.md')).rejects.toThrow('ENOENT');
    });

    it('ignores a question with a run in the background', async () => {
      const id = await ask('ignored.md');
      const body = { assistant_id: 'agent', command: { resume: [{ type: 'ignore', args: null }] } };
      const run = await json<{ run_id: string }>('POST', `/threads/${id}/runs`, body);
      await json('GET', `/threads/${id}/runs/${run.run_id}/join`);
      await expect(notes('ignored.md')).rejects.toThrow('ENOENT');
    });

    it('resolves a thread by ending it', async () => {
      const id = await ask('ended.md');
      await json('POST', `/threads/${id}/state`, { values: null, as_node: '__end__' });
      expect(await json('GET', `/threads/${id}`)).toMatchObject({ status: 'idle', interrupts: {} });
    });
  });

  describe('Deep Agents UI', () => {
    it('finds its assistant and pages through the latest threads', async () => {
      const search = { graph_id: 'agent', limit: 100, offset: 0 };
      expect(await json('POST', '/assistants/search', search)).toMatchObject([
        { metadata: { created_by: 'system' } },
      ]);
      const latest = {
        limit: 20,
        offset: 0,
        sort_by: 'updated_at',
        sort_order: 'desc',
        status: 'interrupted',
      };
      expect(Array.isArray(await json('POST', '/threads/search', latest))).toBe(true);
    });

    it('stops before the tools and goes on from there', async () => {
      const id = await newThread();
      const asked = { assistant_id: 'agent', config: { recursion_limit: 100 }, stream_resumable: true };
      const input = human('List the files');
      await stream(`/threads/${id}/runs/stream`, { ...asked, input, interrupt_before: ['tools'] });
      const held = await json<StateBody>('GET', `/threads/${id}/state`);
      expect(held.next).toEqual(['tools']);
      const frames = await stream(`/threads/${id}/runs/stream`, {
        ...asked,
        input: null,
        checkpoint: held.checkpoint,
        interrupt_after: ['tools'],
      });
      expect(frames.at(-1)?.data).toEqual({ __interrupt__: [] });
      expect(await json('GET', `/threads/${id}/state`)).toMatchObject({ next: ['model'] });
    });
  });

  describe('useStream', () => {
    it('stops a run and follows one from the start after a reload', async () => {
      const id = await newThread();
      const run = await json<{ run_id: string }>('POST', `/threads/${id}/runs`, {
        assistant_id: 'steps',
        input: { steps: 1_000_000 },
        config: { recursion_limit: 2_000_000 },
        stream_mode: ['values'],
      });
      const path = `/threads/${id}/runs/${run.run_id}`;
      const reloaded = await openStream(`${server.url}${path}/stream?cancel_on_disconnect=0`, {
        headers: { 'last-event-id': '-1' },
      });
      expect(await reloaded.next()).toMatchObject({ event: 'metadata' });
      const stopped = await server.send('POST', `${path}/cancel?wait=0&action=interrupt`);
      expect(stopped.status).toBe(202);
      await reloaded.rest();
      expect(await json('GET', path)).toMatchObject({ status: 'interrupted' });
    });

    it('is shown where its own headers may be read', async () => {
      const id = await newThread();
      const answer = await server.send(
        'POST',
        `/threads/${id}/runs/wait`,
        { assistant_id: 'steps', input: {} },
        { origin: 'http://localhost:3000' },
      );
      expect(answer.headers.get('access-control-expose-headers')).toContain('content-location');
    });
  });

  drives(server, [
    'GET /info',
    'POST /assistants/search',
    'POST /threads/search',
    'POST /threads/{t}/history',
    'GET /threads/{t}/runs/{r}/stream',
    'POST /threads/{t}/runs/{r}/cancel',
  ]);
});
