import type { Checkpoint, ThreadState } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { collect, refusal, useServer } from './server.ts';

interface Seen {
  configurable: Record<string, unknown>;
  context: unknown;
  metadata: Record<string, unknown>;
  tags: string[];
  recursionLimit: number | null;
}

describe('what a run is started with', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const newThread = async (metadata: Record<string, unknown> = {}): Promise<string> =>
    (await server.client.threads.create({ metadata })).thread_id;
  const wait = server.send;
  const look = async (id: string, body: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const answer = await wait(
      'POST',
      `/threads/${id}/runs/wait`,
      { assistant_id: 'echo', input: {}, ...body },
      headers,
    );
    return (answer.json as { seen: Seen }).seen;
  };

  describe('configuration', () => {
    it('reaches the node', async () => {
      const config = {
        tags: ['nightly'],
        recursion_limit: 7,
        configurable: { user_id: 'ada', deep: { x: [1] } },
      };
      const seen = await look(await newThread(), { config });
      expect(seen.configurable).toMatchObject({ user_id: 'ada', deep: { x: [1] } });
      expect(seen.tags).toContain('nightly');
      expect(seen.recursionLimit).toBe(7);
    });

    it('never overrides what says which run this is', async () => {
      const id = await newThread();
      const forged = { thread_id: 'other', run_id: 'other', graph_id: 'other', assistant_id: 'other' };
      const seen = await look(id, { config: { configurable: forged, metadata: forged }, metadata: forged });
      const [run] = await server.client.runs.list(id);
      const identity = {
        thread_id: id,
        run_id: run?.run_id,
        graph_id: 'echo',
        assistant_id: run?.assistant_id,
      };
      expect(seen.configurable).toMatchObject(identity);
      expect(seen.metadata).toMatchObject(identity);
      expect((await server.client.threads.getState(id)).metadata).toMatchObject(identity);
    });

    it('takes the caller’s own headers in, and none that may be a secret', async () => {
      const headers = { 'x-customer': 'acme', 'x-api-key': 'k', 'x-auth-token': 't', 'user-agent': 'test/1' };
      const { configurable } = await look(await newThread(), {}, headers);
      expect(configurable).toMatchObject({ 'x-customer': 'acme', 'user-agent': 'test/1' });
      expect(Object.keys(configurable)).not.toEqual(expect.arrayContaining(['x-api-key']));
      expect(Object.keys(configurable)).not.toEqual(expect.arrayContaining(['x-auth-token']));
    });

    it('goes before a header of the same name', async () => {
      const config = { configurable: { 'x-customer': 'from the body' } };
      const { configurable } = await look(await newThread(), { config }, { 'x-customer': 'from the header' });
      expect(configurable['x-customer']).toBe('from the body');
    });
  });

  it('gives the node its context', async () => {
    const context = { model: 'small', limits: { steps: 3 } };
    expect((await look(await newThread(), { context })).context).toEqual(context);
  });

  describe('metadata', () => {
    it('reaches the node, the run and the states it stores', async () => {
      const id = await newThread();
      const seen = await look(id, { metadata: { why: 'test' }, config: { metadata: { from: 'config' } } });
      expect(seen.metadata).toMatchObject({ why: 'test', from: 'config' });
      expect((await server.client.runs.list(id))[0]?.metadata).toMatchObject({ why: 'test' });
      const { metadata } = await server.client.threads.getState(id);
      expect(metadata).toMatchObject({ why: 'test', from: 'config' });
    });

    it('is the assistant’s, overridden by the thread’s, overridden by the run’s', async () => {
      const id = await newThread({ created_by: 'thread', owner: 'thread', why: 'thread' });
      const seen = await look(id, { metadata: { why: 'run' } });
      expect(seen.metadata).toMatchObject({ created_by: 'thread', owner: 'thread', why: 'run' });
    });
  });

  describe('the recursion limit', () => {
    it('ends a run that would never end, as a failure of its own kind', async () => {
      const id = await newThread();
      const result = await server.client.runs.wait(id, 'looping', {
        input: {},
        config: { recursion_limit: 4 },
        raiseError: false,
      });
      expect(result).toMatchObject({ __error__: { error: 'GraphRecursionError' } });
      const [run] = await server.client.runs.list(id);
      expect(run).toMatchObject({ status: 'error', failure: { reason: 'recursion_limit' } });
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'error', values: { n: 4 } });
    });
  });

  describe('a graph that fails', () => {
    it('leaves the error on the run and the thread, and the state as far as it got', async () => {
      const id = await newThread();
      const failed = server.client.runs.wait(id, 'failing', { input: {} });
      await expect(failed).rejects.toThrow('RangeError: the tool broke');
      const [run] = await server.client.runs.list(id);
      expect(run).toMatchObject({
        status: 'error',
        lifecycle: { state: 'error', reason: 'the tool broke' },
        failure: { reason: 'graph_error', error: 'RangeError', message: 'the tool broke' },
      });
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'error', values: { n: 1 } });
      expect(await server.client.runs.join(id, run?.run_id ?? '')).toEqual({
        __error__: { error: 'RangeError', message: 'the tool broke' },
      });
    });

    it('can be tried again with other input, from where it stood', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'failing', { input: {}, raiseError: false });
      await server.client.threads.updateState(id, { values: { fail: false }, asNode: 'count' });
      expect(await server.client.runs.wait(id, 'failing', { input: null })).toMatchObject({ n: 1 });
      expect((await server.client.threads.get(id)).status).toBe('idle');
    });
  });

  describe('breakpoints', () => {
    it.each([
      ['interruptBefore', ['before'], ['wait']],
      ['interruptAfter', ['before', 'wait'], ['after']],
    ] as const)('stop the run (%s), show no question, and input null goes on', async (which, path, next) => {
      const id = await newThread();
      const payload = {
        input: {},
        [which]: ['wait'],
        streamMode: ['values', 'updates'] as ['values', 'updates'],
      };
      const events = await collect(server.client.runs.stream(id, 'slow', payload));
      expect(events.at(-1)?.data).toEqual({ __interrupt__: [] });
      const thread = await server.client.threads.get(id);
      expect(thread).toMatchObject({ status: 'interrupted', values: { path } });
      expect(Object.values(thread.interrupts)).toEqual([[]]);
      expect((await server.client.threads.getState(id)).next).toEqual(next);
      expect(await server.client.runs.wait(id, 'slow', { input: null })).toMatchObject({
        path: ['before', 'wait', 'after'],
      });
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'idle', interrupts: {} });
    });

    it('stop before every step when they are "*"', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'slow', { input: {}, interruptBefore: '*' });
      expect((await server.client.threads.getState(id)).next).toEqual(['before']);
      await server.client.runs.wait(id, 'slow', { input: null, interruptBefore: '*' });
      expect((await server.client.threads.getState(id)).next).toEqual(['wait']);
    });
  });

  describe('durability', () => {
    const stored = async (body: Record<string, unknown>): Promise<number> => {
      const id = await newThread();
      await wait('POST', `/threads/${id}/runs/wait`, { assistant_id: 'steps', input: { steps: 5 }, ...body });
      return (await server.client.threads.getHistory(id, { limit: 100 })).length;
    };

    it('stores every step unless told otherwise', async () => {
      expect(await stored({})).toBe(7);
      expect(await stored({ durability: 'sync' })).toBe(7);
      expect(await stored({ durability: 'async' })).toBe(7);
      expect(await stored({ checkpoint_during: true })).toBe(7);
    });

    it('stores only the end when told so, by either name', async () => {
      expect(await stored({ durability: 'exit' })).toBe(1);
      expect(await stored({ checkpoint_during: false })).toBe(1);
    });
  });

  describe('starting from an earlier checkpoint', () => {
    const stepped = async (): Promise<{ id: string; checkpoint: Checkpoint }> => {
      const id = await newThread();
      await server.client.runs.wait(id, 'steps', { input: { steps: 3 } });
      const states: ThreadState<{ n: number }>[] = await server.client.threads.getHistory(id);
      const checkpoint = states.find(({ values }) => values.n === 1)?.checkpoint;
      if (!checkpoint) throw new Error('no such checkpoint');
      return { id, checkpoint };
    };

    it.each([
      [
        'by its coordinates',
        ({ checkpoint_id }: Checkpoint) => ({
          checkpoint: { checkpoint_id, checkpoint_ns: '', checkpoint_map: null },
        }),
      ],
      ['by its id', ({ checkpoint_id }: Checkpoint) => ({ checkpoint_id })],
      [
        'in the configuration',
        ({ checkpoint_id }: Checkpoint) => ({ config: { configurable: { checkpoint_id } } }),
      ],
    ])('forks there, named %s', async (_how, named) => {
      const { id, checkpoint } = await stepped();
      const body = { assistant_id: 'steps', input: null, ...named(checkpoint) };
      expect((await wait('POST', `/threads/${id}/runs/wait`, body)).json).toMatchObject({ n: 3 });
      const [run] = await server.client.runs.list(id);
      const written = await server.client.threads.getHistory(id, {
        metadata: { run_id: run?.run_id },
        limit: 100,
      });
      expect(written.at(-1)?.parent_checkpoint?.checkpoint_id).toBe(checkpoint.checkpoint_id);
      expect((await server.client.threads.getState(id)).checkpoint?.checkpoint_id).toBe(
        written[0]?.checkpoint?.checkpoint_id,
      );
    });

    it('takes new input there', async () => {
      const { id, checkpoint } = await stepped();
      const result = await server.client.runs.wait(id, 'steps', { input: { steps: 2, n: 0 }, checkpoint });
      expect(result).toMatchObject({ n: 2, steps: 2 });
    });
  });

  describe('a command', () => {
    it('that says nothing is none', async () => {
      for (const command of [{}, { goto: [], update: [] }]) {
        const body = { assistant_id: 'steps', input: { steps: 2 }, command };
        const answer = await wait('POST', `/threads/${await newThread()}/runs/wait`, body);
        expect(answer.json).toMatchObject({ n: 2 });
        const alone = { assistant_id: 'steps', command };
        const refused = await wait('POST', `/threads/${await newThread()}/runs/wait`, alone);
        expect(refusal(refused)).toMatchObject({ status: 422, code: 'invalid_request' });
      }
    });

    it('updates the state and goes to a node', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'slow', { input: {} });
      const command = { update: { tag: 'again' }, goto: 'after' };
      const result = await server.client.runs.wait(id, 'slow', { command });
      expect(result).toMatchObject({ tag: 'again', path: ['before', 'wait', 'after', 'after'] });
    });

    it('sends a node its own input, as the SDK or as LangGraph itself says it', async () => {
      for (const send of [
        { input: { tag: 'sent', url: latch.url('sent') } },
        { args: { tag: 'sent', url: latch.url('sent') } },
      ]) {
        const id = await newThread();
        latch.open('sent');
        await server.client.runs.wait(id, 'slow', { input: {} });
        await wait('POST', `/threads/${id}/runs/wait`, {
          assistant_id: 'slow',
          command: { goto: [{ node: 'wait', ...send }] },
        });
      }
      expect(latch.calls('sent')).toEqual([{ waiting: 'sent' }, { waiting: 'sent' }]);
    });
  });
});
