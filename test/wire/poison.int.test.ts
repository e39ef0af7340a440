import { describe, expect, it } from 'vitest';
import type { StreamMode } from '@langchain/langgraph-sdk';
import { LIGHT } from '../support/server.ts';
import { collect, refusal, useServer } from './server.ts';

const PROBLEMS = {
  bigint: 'is a bigint',
  function: 'is a function',
  symbol: 'is a symbol',
  cycle: 'contains itself',
  deep: 'is nested deeper than',
  forged: 'has the form of a serialised LangChain object',
  secret: 'has the form of a serialised LangChain object',
  proto: 'would become a prototype',
  floats: 'is a Float32Array',
} as const;

const MODES: StreamMode[][] = [['values'], ['updates'], ['tasks'], ['debug'], ['checkpoints'], ['events']];

const messageOf = (events: { data: unknown }[]): string => {
  const last = events.at(-1)?.data as { message?: string } | undefined;
  return last?.message ?? '';
};

const LONG = process.env['HOLDPOINT_LONG'] === '1';

/** By the name of what is made: how the next run, which reads it from disk, describes it. */
const KEPT = {
  buffer: 'bytes 0,255,7',
  numbers: 'NaN,Infinity,-Infinity',
  keys: '200000 keys',
  ...(LONG && { large: '100000000 characters' }),
};

describe('state that no checkpoint can hold', () => {
  const server = useServer({ config: LIGHT });
  const poisoned = async (kind: string, streamMode: StreamMode[]) => {
    const { thread_id: id } = await server.client.threads.create();
    const input = { kind, at: 2 };
    const events = await collect(server.client.runs.stream(id, 'poison', { input, streamMode }));
    const [run] = await server.client.runs.list(id);
    return { id, run, events };
  };

  describe.each(Object.entries(PROBLEMS))('%s', (kind, problem) => {
    it('fails the run at the step that made it, naming the place', async () => {
      const { run, events } = await poisoned(kind, ['values']);
      expect(run).toMatchObject({ status: 'error', failure: { reason: 'serialization_failed' } });
      expect(events.at(-1)).toMatchObject({ event: 'error' });
      const message = messageOf(events);
      expect(message).toContain('data.here[1]');
      expect(message).toContain(problem);
      expect(message.length).toBeLessThan(500);
    });

    it('leaves the thread readable, and the next run works', async () => {
      const { id } = await poisoned(kind, ['updates']);
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'error', values: { n: 1 } });
      const fine = { n: 1, data: { here: ['fine', 'fine too'] } };
      expect(await server.client.threads.getState(id)).toMatchObject({ values: fine, next: ['step'] });
      expect((await server.client.threads.getHistory(id)).length).toBe(3);
      const again = await server.client.runs.wait(id, 'poison', { input: { n: 0, kind: '' } });
      expect(again).toMatchObject({ n: 3 });
      expect((await server.client.threads.get(id)).status).toBe('idle');
    });
  });

  it.each(Object.entries(KEPT))('is all that is refused: %s is stored as it was', async (kind, seen) => {
    const { thread_id: id } = await server.client.threads.create();
    const finish = async (input: Record<string, unknown>): Promise<void> => {
      const events = await collect(server.client.runs.stream(id, 'poison', { input, streamMode: 'custom' }));
      expect(events.map(({ event }) => event)).toEqual(['metadata']);
    };
    await finish({ kind, at: 1, steps: 1 });
    expect((await server.client.threads.get(id)).status).toBe('idle');
    await finish({ kind: '', n: 0 });
    expect((await server.client.threads.getState(id)).values).toMatchObject({ n: 1, saw: seen });
  });

  it.each(['bigint', 'cycle', 'deep', 'forged'] as const)(
    'is told of alike in every mode: %s',
    async (kind) => {
      for (const mode of MODES) {
        const { run, events } = await poisoned(kind, mode);
        expect([mode, run?.status, (run as { failure?: object } | undefined)?.failure]).toMatchObject([
          mode,
          'error',
          { reason: 'serialization_failed' },
        ]);
        expect(messageOf(events)).toMatch(new RegExp(`${PROBLEMS[kind]}|cannot be written as JSON`));
      }
    },
  );
});

describe('what a step wrote and the graph cannot take', () => {
  const server = useServer({ config: LIGHT });
  const run = (id: string, payload: Record<string, unknown>) =>
    server.client.runs.wait(id, 'refusing', { ...payload, raiseError: false });
  const asking = async (): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    await run(id, { input: { sum: 1 } });
    return id;
  };
  const answered = async (): Promise<string> => {
    const id = await asking();
    await run(id, { command: { resume: 1 } });
    return id;
  };
  const waiting = async (id: string) =>
    (await server.send('GET', `/approvals?thread_id=${id}&state=waiting`)).json;

  it('fails the run and not the thread: an input that a reducer throws out', async () => {
    const id = await answered();
    expect(await run(id, { input: { sum: 'many' } })).toMatchObject({ __error__: { error: 'RangeError' } });

    const state = await server.client.threads.getState(id, undefined, { subgraphs: true });
    expect(state).toMatchObject({ values: { sum: 2 }, next: ['__start__'] });
    expect((await server.send('POST', `/threads/${id}/copy`)).status).toBe(200);
    expect(await run(id, { input: { sum: 1 } })).toMatchObject({ sum: 3 });
  });

  it('fails the run and not the thread: two nodes that write what one may', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const failed = await run(id, { input: { both: true } });
    expect(failed).toMatchObject({ __error__: { error: 'InvalidUpdateError' } });

    expect(await server.client.threads.getState(id)).toMatchObject({ next: ['left', 'right'] });
    expect(await run(id, { input: { both: false } })).toMatchObject({ word: 'left' });
  });

  it('does not keep the state from being edited', async () => {
    const id = await answered();
    await run(id, { input: { sum: 'many' } });

    await server.client.threads.updateState(id, { values: { sum: 5 }, asNode: 'ask' });

    const state = await server.client.threads.getState(id);
    expect(state).toMatchObject({ values: { sum: 7 }, next: [] });
  });

  it('is not applied again at the next start: the update of a command', async () => {
    const id = await answered();
    const before = await server.client.threads.getState(id);
    expect(await run(id, { command: { update: { sum: 'many' } } })).toHaveProperty('__error__');

    expect(await server.client.threads.getState(id)).toEqual(before);
    expect((await server.client.threads.getHistory(id)).length).toBeGreaterThan(0);
    expect(await run(id, { input: { sum: 1 } })).toMatchObject({ sum: 3 });
  });

  it('leaves no question behind that nobody asks any more', async () => {
    const id = await asking();
    expect(await waiting(id)).toHaveLength(1);

    await run(id, { input: { sum: 'many' } });

    expect(await waiting(id)).toEqual([]);
    expect(await server.client.threads.get(id)).toMatchObject({ status: 'error', interrupts: {} });
  });

  it.each([
    ['values', { values: { sum: 'many' } }],
    ['as_node', { values: { sum: 1 }, as_node: 'nobody' }],
  ])('is refused as an edit of the state, naming the field: %s', async (field, edit) => {
    const id = await answered();
    const answer = await server.send('POST', `/threads/${id}/state`, edit);
    expect(refusal(answer)).toEqual({ status: 422, code: 'invalid_request', field });
  });
});

describe('what a step throws', () => {
  const server = useServer({ config: LIGHT });

  it.each([
    ['an error that is its own cause', 'circular', /it broke/],
    ['an object without a prototype', 'bare', /./],
    ['an error whose message cannot be read', 'unreadable', /./],
    ['a proxy that was revoked', 'revoked', /./],
    ['an error, when it has sent the server process a message', 'message', /it broke/],
    ['the end of a drain that nobody asked of the run', 'drained', /Graph drained|enough/],
  ])('fails the run, whatever it is: %s', async (_, kind, message) => {
    const { thread_id: id } = await server.client.threads.create();
    const wait = { input: { kind }, raiseError: false };
    const failed = await server.client.runs.wait(id, 'throwing', wait);
    expect(failed).toMatchObject({ __error__: { message: expect.stringMatching(message) as string } });
    expect(await server.client.runs.list(id)).toMatchObject([
      { status: 'error', failure: { reason: 'graph_error' } },
    ]);
    expect((await server.client.threads.get(id)).status).toBe('error');
  });
});
