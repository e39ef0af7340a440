import type { StreamMode } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { drives } from './rows.ts';
import { collect, useServer } from './server.ts';
import { openStream, type Frame } from './sse.ts';

interface Chunk {
  id?: string | undefined;
  event: string;
  data: unknown;
}

const ALL_MODES = [
  'values',
  'updates',
  'messages-tuple',
  'messages',
  'custom',
  'events',
  'debug',
  'tasks',
  'checkpoints',
] as const satisfies StreamMode[];

describe('streaming', () => {
  const server = useServer();
  const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;

  interface Asked {
    graph: string;
    modes: StreamMode[];
    input?: Record<string, unknown>;
    subgraphs?: boolean;
  }
  const streamed = async ({ graph, modes, input = {}, subgraphs = false }: Asked): Promise<Chunk[]> =>
    collect(
      server.client.runs.stream(await newThread(), graph, {
        input,
        streamMode: modes,
        streamSubgraphs: subgraphs,
      }),
    ) as Promise<Chunk[]>;
  const hello = { messages: [{ role: 'user', content: 'hello' }] };
  const names = (chunks: Chunk[]) => chunks.map(({ event }) => event);
  const dataOf = (chunks: Chunk[], event: string) =>
    chunks.filter((chunk) => chunk.event === event).map(({ data }) => data);

  describe('each mode by itself', () => {
    it('values: the whole state, after the input and after every step', async () => {
      const chunks = await streamed({ graph: 'steps', modes: ['values'], input: { steps: 2 } });
      expect(names(chunks)).toEqual(['metadata', 'values', 'values', 'values']);
      expect(dataOf(chunks, 'values')).toMatchObject([{ n: 0 }, { n: 1 }, { n: 2 }]);
    });

    it('updates: what each node returned', async () => {
      const chunks = await streamed({ graph: 'steps', modes: ['updates'], input: { steps: 2 } });
      expect(chunks.slice(1)).toMatchObject([
        { event: 'updates', data: { step: { n: 1 } } },
        { event: 'updates', data: { step: { n: 2 } } },
      ]);
    });

    it('messages-tuple: each token of a model with where it came from', async () => {
      const chunks = await streamed({ graph: 'chat', modes: ['messages-tuple'], input: hello });
      const tuples = dataOf(chunks, 'messages') as [{ id: string; type: string; content: string }, object][];
      expect(new Set(names(chunks))).toEqual(new Set(['metadata', 'messages']));
      expect(tuples.length).toBeGreaterThan(10);
      expect(tuples.map(([{ content }]) => content).join('')).toMatch(
        /^I am the rehearsal model.*start again\.$/,
      );
      expect(new Set(tuples.map(([{ type }]) => type))).toEqual(new Set(['ai']));
      expect(new Set(tuples.map(([{ id }]) => id)).size).toBe(1);
      expect(tuples[0]?.[1]).toMatchObject({ langgraph_node: 'model', graph_id: 'chat', langgraph_step: 1 });
    });

    it('messages: where it comes from, the message so far at each token, and the whole of it', async () => {
      const chunks = await streamed({ graph: 'chat', modes: ['messages'], input: hello });
      const [, asked, metadata, ...rest] = names(chunks);
      expect([asked, metadata]).toEqual(['messages/complete', 'messages/metadata']);
      expect(rest.at(-1)).toBe('messages/complete');
      expect(new Set(rest.slice(0, -1))).toEqual(new Set(['messages/partial']));
      const partial = dataOf(chunks, 'messages/partial') as [{ id: string; content: string }][];
      const texts = partial.map(([{ content }]) => content);
      expect(texts.every((text, index) => text.startsWith(texts[index - 1] ?? ''))).toBe(true);
      const [human, answer] = dataOf(chunks, 'messages/complete') as {
        type: string;
        id: string;
        content: string;
      }[][];
      expect(human).toMatchObject([{ type: 'human', content: 'hello' }]);
      expect(answer).toMatchObject([{ type: 'ai', content: texts.at(-1), id: partial[0]?.[0].id }]);
      expect(dataOf(chunks, 'messages/metadata')).toEqual([
        {
          [partial[0]?.[0].id ?? '']: {
            metadata: expect.objectContaining({ langgraph_node: 'model' }) as object,
          },
        },
      ]);
    });

    it('custom: what the graph writes', async () => {
      const chunks = await streamed({ graph: 'tokens', modes: ['custom'], input: { events: 3 } });
      expect(dataOf(chunks, 'custom')).toEqual([0, 1, 2].map((i) => ({ i, text: 'token ' })));
    });

    it('events: what LangChain tells of every runnable', async () => {
      const chunks = await streamed({ graph: 'chat', modes: ['events'], input: hello });
      expect(new Set(names(chunks))).toEqual(new Set(['metadata', 'events']));
      const events = dataOf(chunks, 'events') as { event: string; name: string; metadata: object }[];
      expect(new Set(events.map(({ event }) => event))).toEqual(
        new Set([
          'on_chain_start',
          'on_chat_model_start',
          'on_chat_model_stream',
          'on_chat_model_end',
          'on_chain_end',
        ]),
      );
      const node = events.find(({ event, name }) => event === 'on_chain_start' && name === 'model');
      expect(node?.metadata).toMatchObject({ langgraph_node: 'model' });
    });

    it('tasks: the start and the result of each', async () => {
      const chunks = await streamed({ graph: 'steps', modes: ['tasks'] });
      expect(chunks.slice(1)).toMatchObject([
        {
          event: 'tasks',
          data: { name: 'step', input: { n: 0 }, triggers: ['branch:to:step'], interrupts: [] },
        },
        { event: 'tasks', data: { name: 'step', result: { n: 1 }, interrupts: [] } },
      ]);
    });

    it('checkpoints: each state with its coordinates, and nothing of LangGraph’s own', async () => {
      const chunks = await streamed({ graph: 'steps', modes: ['checkpoints'] });
      const checkpoints = dataOf(chunks, 'checkpoints') as Record<string, Record<string, unknown>>[];
      expect(checkpoints.map(({ values }) => values?.['n'])).toEqual([undefined, 0, 1].map((n) => n ?? 0));
      const [first, second] = checkpoints;
      expect(second?.['parent_checkpoint']).toEqual(first?.['checkpoint']);
      expect(second).toMatchObject({
        next: ['step'],
        checkpoint: { checkpoint_ns: '' },
        metadata: { source: 'loop' },
      });
      expect(JSON.stringify(checkpoints)).not.toMatch(/"__\w+":/);
    });

    it('debug: tasks and checkpoints, numbered and timed', async () => {
      const chunks = await streamed({ graph: 'steps', modes: ['debug'] });
      const debug = dataOf(chunks, 'debug') as {
        type: string;
        step: number;
        timestamp: string;
        payload: object;
      }[];
      expect(debug.map(({ type, step }) => [type, step])).toEqual([
        ['checkpoint', -1],
        ['checkpoint', 0],
        ['task', 1],
        ['task_result', 1],
        ['checkpoint', 1],
      ]);
      expect(debug[2]?.payload).toMatchObject({ name: 'step', input: { n: 0 } });
      expect(debug[4]?.payload).toMatchObject({ values: { n: 1 }, checkpoint: { checkpoint_ns: '' } });
      expect(JSON.stringify(debug)).not.toMatch(/"__\w+":/);
    });
  });

  it('gives several modes at once the events that each gives by itself', async () => {
    const alone: Record<string, number> = {};
    for (const mode of ALL_MODES) {
      const chunks = await streamed({ graph: 'chat', modes: [mode], input: hello });
      for (const { event } of chunks) alone[event] = (alone[event] ?? 0) + (event === 'metadata' ? 0 : 1);
    }
    const together: Record<string, number> = {};
    const chunks = await streamed({ graph: 'chat', modes: [...ALL_MODES], input: hello });
    for (const { event } of chunks) together[event] = (together[event] ?? 0) + (event === 'metadata' ? 0 : 1);
    expect(together).toEqual(alone);
  });

  it('takes one mode as a string, and values when none is named', async () => {
    const of = async (mode: object): Promise<Set<string>> => {
      const body = JSON.stringify({ assistant_id: 'tokens', input: {}, ...mode });
      const url = `${server.url}/threads/${await newThread()}/runs/stream`;
      const stream = await openStream(url, { method: 'POST', body });
      return new Set((await stream.rest()).map(({ event }) => event));
    };
    expect(await of({ stream_mode: 'custom' })).toEqual(new Set(['metadata', 'custom']));
    expect(await of({})).toEqual(new Set(['metadata', 'values']));
    expect(await of({ stream_mode: [] })).toEqual(new Set(['metadata', 'values']));
    expect(await of({ stream_mode: null })).toEqual(new Set(['metadata', 'values']));
  });

  describe('subgraphs', () => {
    it('name their events by where they run', async () => {
      const chunks = await streamed({ graph: 'nested', modes: ['values', 'updates'], subgraphs: true });
      const inner = chunks.filter(({ event }) => event.includes('|'));
      const places = new Set(inner.map(({ event }) => event.split('|').slice(1).join('|')));
      expect([...places]).toEqual([expect.stringMatching(/^child:[0-9a-f-]{36}$/)]);
      expect(inner.map(({ event, data }) => [event.split('|')[0], data])).toContainEqual([
        'updates',
        { look: { path: 'child.look' } },
      ]);
      expect(chunks.at(-1)).toMatchObject({
        event: 'values',
        data: { __interrupt__: [{ value: { ask: 'from the child' } }] },
      });
    });

    it('say nothing unless asked', async () => {
      const chunks = await streamed({ graph: 'nested', modes: [...ALL_MODES] });
      expect(names(chunks).filter((event) => event.includes('|'))).toEqual([]);
    });

    it('name the tokens of a model within', async () => {
      const chunks = await streamed({
        graph: 'agent',
        modes: ['messages-tuple'],
        input: hello,
        subgraphs: true,
      });
      expect(names(chunks).every((event) => event === 'metadata' || event.split('|')[0] === 'messages')).toBe(
        true,
      );
      expect(chunks.length).toBeGreaterThan(10);
    });
  });

  describe('how a stream begins and ends', () => {
    it('begins with the run and its attempt', async () => {
      const id = await newThread();
      const chunks = (await collect(server.client.runs.stream(id, 'steps', { input: {} }))) as Chunk[];
      const [run] = await server.client.runs.list(id);
      expect(chunks[0]).toMatchObject({ event: 'metadata', data: { run_id: run?.run_id, attempt: 1 } });
    });

    it('tells of a question in values and in updates', async () => {
      const chunks = await streamed({ graph: 'gate', modes: ['values', 'updates'] });
      const asked = {
        __interrupt__: [{ id: expect.stringMatching(/^[0-9a-f]{32}$/) as string, value: { ask: 'go?' } }],
      };
      expect(dataOf(chunks, 'updates').at(-1)).toEqual(asked);
      expect(dataOf(chunks, 'values').at(-1)).toEqual(asked);
    });

    it('tells of several questions at once', async () => {
      const chunks = await streamed({ graph: 'parallel-questions', modes: ['values'] });
      const asked = (dataOf(chunks, 'values') as { __interrupt__?: { value: { ask: string } }[] }[]).flatMap(
        ({ __interrupt__ = [] }) => __interrupt__.map(({ value }) => value.ask),
      );
      expect(new Set(asked)).toEqual(new Set(['a', 'b', 'c']));
    });

    it('ends with an error event when the graph fails', async () => {
      const chunks = await streamed({ graph: 'failing', modes: ['values', 'updates'] });
      expect(chunks.at(-1)).toMatchObject({
        event: 'error',
        data: { error: 'RangeError', message: 'the tool broke' },
      });
    });

    it('says with each event its name, its data and its id, and says where to come back', async () => {
      const id = await newThread();
      const body = JSON.stringify({ assistant_id: 'chat', input: hello, stream_mode: [...ALL_MODES] });
      const stream = await openStream(`${server.url}/threads/${id}/runs/stream`, { method: 'POST', body });
      const frames: Frame[] = await stream.rest();
      const [run] = await server.client.runs.list(id);
      expect(stream.headers.get('content-type')).toBe('text/event-stream');
      expect(stream.headers.get('cache-control')).toBe('no-cache');
      expect(stream.headers.get('content-location')).toBe(`/threads/${id}/runs/${run?.run_id}`);
      expect(stream.headers.get('location')).toBe(`/threads/${id}/runs/${run?.run_id}/stream`);
      expect(frames.every(({ fields }) => fields.join() === 'event,data,id')).toBe(true);
      expect(new Set(frames.map((frame) => frame.id)).size).toBe(frames.length);
    });

    it('gives messages flat, in every mode', async () => {
      const chunks = await streamed({ graph: 'chat', modes: [...ALL_MODES], input: hello });
      expect(JSON.stringify(chunks)).not.toMatch(/"lc":|"kwargs":/);
      const values = dataOf(chunks, 'values').at(-1) as { messages: object[] };
      expect(values.messages).toMatchObject([
        { type: 'human', content: 'hello', id: expect.any(String) as string },
        { type: 'ai', tool_calls: [], id: expect.any(String) as string },
      ]);
    });
  });

  drives(server, ['POST /threads/{t}/runs/stream']);
});
