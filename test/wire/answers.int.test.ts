import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { refusal, refusalOf, useServer, type Answer } from './server.ts';
import { openStream } from './sse.ts';

interface Question {
  id: string;
  value: { ask: string };
}

const HASH = '0123456789abcdef0123456789abcdef';

describe('answers', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const asking = async (graph: string, input: Record<string, unknown> = {}): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, graph, { input });
    return id;
  };
  const questions = async (id: string): Promise<Question[]> => {
    const { interrupts } = await server.client.threads.get(id);
    return Object.values(interrupts).flat() as Question[];
  };
  const questionOf = async (id: string, ask?: string): Promise<string> => {
    const found = (await questions(id)).find(({ value }) => ask === undefined || value.ask === ask);
    if (!found) throw new Error(`nobody asks ${ask}`);
    return found.id;
  };
  const resume = (id: string, answer: unknown, more: Record<string, unknown> = {}): Promise<Answer> =>
    server.send('POST', `/threads/${id}/runs/wait`, {
      assistant_id: 'gate',
      command: { resume: answer },
      ...more,
    });
  /** The same, of another graph. */
  const of = (assistant_id: string) => ({ assistant_id });

  describe('to one question', () => {
    it.each([true, 'yes', 7, ['a'], { decisions: [{ type: 'approve' }] }, {}, false, 0, '', null])(
      'arrive as they are: %j',
      async (answer) => {
        const id = await asking('gate');
        expect((await resume(id, answer)).json).toMatchObject({ n: 2, decision: answer });
        expect(await server.client.threads.get(id)).toMatchObject({ status: 'idle', interrupts: {} });
      },
    );

    it.each([true, false, 0, '', null, {}])('may name it: %j', async (answer) => {
      const id = await asking('gate');
      const result = await resume(id, { [await questionOf(id)]: answer });
      expect(result.json).toMatchObject({ decision: answer });
    });

    it('are refused when they name a question that does not wait, and the question stays', async () => {
      const id = await asking('gate');
      const answer = await resume(id, { [HASH]: true });
      expect(refusal(answer)).toEqual({
        status: 409,
        code: 'approval_already_decided',
        field: 'command.resume',
      });
      expect(answer.json).toMatchObject({ metadata: { waiting: [await questionOf(id)] } });
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'interrupted' });
    });

    it('are refused where some of their keys name it and others another', async () => {
      const id = await asking('gate');
      const answer = await resume(id, { [await questionOf(id)]: true, [HASH]: true });
      expect(refusal(answer)).toMatchObject({ status: 409, code: 'approval_already_decided' });
    });

    it('that only look like ids are taken for late answers, unless given under the question’s id', async () => {
      const id = await asking('gate');
      const hashes = { [HASH]: 'a.txt', [HASH.replace('0', 'f')]: 'b.txt' };
      const bare = await resume(id, hashes);
      expect(refusal(bare)).toMatchObject({ status: 409, code: 'approval_already_decided' });
      expect((bare.json as { message: string }).message).toContain('{"<interrupt id>": <answer>}');
      const wrapped = await resume(id, { [await questionOf(id)]: hashes });
      expect(wrapped.json).toMatchObject({ decision: hashes });
    });

    it('may have one key among others that looks like an id', async () => {
      const id = await asking('gate');
      const answer = { [HASH]: 'a.txt', note: 'not an id' };
      expect((await resume(id, answer)).json).toMatchObject({ decision: answer });
    });

    it('reach a question that a subgraph asks', async () => {
      const id = await asking('nested');
      expect((await resume(id, 'deep', of('nested'))).json).toMatchObject({
        answer: 'deep',
        path: expect.arrayContaining(['child.look', 'child.ask', 'after']) as string[],
      });
    });

    it('are streamed like any run', async () => {
      const id = await asking('gate');
      const seen: string[] = [];
      const payload = { command: { resume: 'ok' }, streamMode: 'updates' as const };
      for await (const { data } of server.client.runs.stream(id, 'gate', payload))
        seen.push(...Object.keys(data));
      expect(seen).toEqual(['run_id', 'attempt', 'hold', 'execute']);
    });
  });

  it('are taken as soon as the question is seen, also from who does not wait for the end of the stream', async () => {
    for (let i = 0; i < 30; i++) {
      const { thread_id: id } = await server.client.threads.create();
      const body = JSON.stringify({ assistant_id: 'gate', input: {}, stream_mode: ['updates'] });
      const stream = await openStream(`${server.url}/threads/${id}/runs/stream`, { method: 'POST', body });
      for (;;) {
        const frame = await stream.next();
        if (!frame || '__interrupt__' in (frame.data as object)) break;
      }
      expect((await resume(id, 'at once')).json).toMatchObject({ decision: 'at once' });
      stream.leave();
    }
  });

  describe('to several questions', () => {
    const ids = async (id: string) => ({
      a: await questionOf(id, 'a'),
      b: await questionOf(id, 'b'),
      c: await questionOf(id, 'c'),
    });

    it('must say which they mean', async () => {
      const id = await asking('parallel-questions');
      for (const plain of [true, 'yes', {}, { decisions: [] }, null]) {
        const answer = await resume(id, plain, of('parallel-questions'));
        expect(refusal(answer)).toEqual({ status: 422, code: 'invalid_request', field: 'command.resume' });
        const { metadata } = answer.json as { metadata: { waiting: string[] } };
        expect(new Set(metadata.waiting)).toEqual(new Set(Object.values(await ids(id))));
      }
      expect((await questions(id)).length).toBe(3);
    });

    it('may come all at once', async () => {
      const id = await asking('parallel-questions');
      const { a, b, c } = await ids(id);
      const { json } = await resume(id, { [a]: 'A', [b]: false, [c]: null }, of('parallel-questions'));
      expect(json).toMatchObject({ answers: { a: 'A', b: false, c: null, joined: 3 } });
    });

    it('may come one by one; each is given once and the others go on waiting', async () => {
      const id = await asking('parallel-questions');
      const { a, b, c } = await ids(id);
      await resume(id, { [b]: 'B' }, of('parallel-questions'));
      expect((await questions(id)).map(({ value }) => value.ask).sort()).toEqual(['a', 'c']);
      expect(refusal(await resume(id, { [b]: 'again' }, of('parallel-questions')))).toMatchObject({
        status: 409,
      });
      await resume(id, { [c]: 'C' }, of('parallel-questions'));
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'interrupted' });
      const { json } = await resume(id, { [a]: 'A' }, of('parallel-questions'));
      expect(json).toMatchObject({ answers: { a: 'A', b: 'B', c: 'C', joined: 3 } });
    });

    it('may be plain again when only one is left', async () => {
      const id = await asking('parallel-questions');
      const { a, b } = await ids(id);
      await resume(id, { [a]: 'A', [b]: 'B' }, of('parallel-questions'));
      expect((await resume(id, 'C', of('parallel-questions'))).json).toMatchObject({ answers: { c: 'C' } });
    });

    it('do nothing when one of them names no question', async () => {
      const id = await asking('parallel-questions');
      const { a } = await ids(id);
      expect(refusal(await resume(id, { [a]: 'A', [HASH]: 'x' }, of('parallel-questions')))).toMatchObject({
        status: 409,
      });
      expect((await questions(id)).length).toBe(3);
    });
  });

  describe('to two questions of one node', () => {
    it('are kept apart: the first gets the first, the second the second', async () => {
      const id = await asking('two-questions');
      expect((await questions(id)).map(({ value }) => value.ask)).toEqual(['first?']);
      await resume(id, 'one', of('two-questions'));
      expect((await questions(id)).map(({ value }) => value.ask)).toEqual(['second?']);
      const { json } = await resume(id, false, of('two-questions'));
      expect(json).toMatchObject({ answers: { first: 'one', second: false } });
    });

    it('survive a kill between them without being given twice', async () => {
      const id = await asking('two-questions');
      await resume(id, 'one', of('two-questions'));
      await server.restart();
      expect((await questions(id)).map(({ value }) => value.ask)).toEqual(['second?']);
      const { json } = await resume(id, 'two', of('two-questions'));
      expect(json).toMatchObject({ answers: { first: 'one', second: 'two' } });
    });
  });

  describe('where nothing waits', () => {
    it.each([
      ['on a fresh thread', async () => (await server.client.threads.create()).thread_id],
      ['on a thread that is done', () => asking('steps')],
      [
        'on a thread that failed',
        async () => {
          const { thread_id: id } = await server.client.threads.create();
          await server.client.runs.wait(id, 'failing', { input: {}, raiseError: false });
          return id;
        },
      ],
    ])('are refused %s', async (_where, make) => {
      const id = await make();
      for (const answer of [true, null, { [HASH]: true }]) {
        expect(refusal(await resume(id, answer))).toEqual({
          status: 409,
          code: 'invalid_transition',
          field: 'command.resume',
        });
      }
    });
  });

  describe('given twice', () => {
    it('have one effect: the later one finds its question answered', async () => {
      const id = await asking('gate', { url: latch.url('twice') });
      latch.open('twice');
      const question = await questionOf(id);
      await resume(id, { [question]: 'yes' });
      expect(refusal(await resume(id, { [question]: 'yes' }))).toMatchObject({ status: 409 });
      expect(latch.calls('twice')).toEqual([{ effect: 'yes' }]);
    });

    it('by twenty at once have one effect', async () => {
      const id = await asking('gate', { url: latch.url('twenty') });
      latch.open('twenty');
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => resume(id, `by ${i}`)));
      const accepted = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status !== 200).map(refusal);
      expect(accepted.length).toBe(1);
      expect(refused.every(({ code }) => code === 'thread_busy' || code === 'invalid_transition')).toBe(true);
      expect(latch.calls('twenty').length).toBe(1);
      expect(await server.client.threads.get(id)).toMatchObject({ status: 'idle', values: { n: 2 } });
    });

    it('by twenty that queue have one effect, and the rest fail without touching the thread’s values', async () => {
      const id = await asking('gate', { url: latch.url('queued') });
      latch.open('queued');
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => resume(id, `by ${i}`, { multitask_strategy: 'enqueue' })),
      );
      expect(latch.calls('queued').length).toBe(1);
      const runs = await server.client.runs.list(id, { limit: 100 });
      expect(runs.filter(({ status }) => status === 'success').length).toBe(2);
      expect((await server.client.threads.get(id)).values).toMatchObject({ n: 2 });
    });
  });

  describe('that name a checkpoint', () => {
    const checkpointOf = async (id: string) => (await server.client.threads.getState(id)).checkpoint;

    it('are taken when it is where the question waits', async () => {
      const id = await asking('gate');
      const result = await resume(id, 'yes', { input: {}, checkpoint: await checkpointOf(id) });
      expect(result.json).toMatchObject({ decision: 'yes' });
    });

    it('are refused when the thread has moved on', async () => {
      const id = await asking('gate', { url: latch.url('stale') });
      latch.open('stale');
      const checkpoint = await checkpointOf(id);
      await resume(id, 'yes', { checkpoint });
      const late = await resume(id, 'no', { checkpoint });
      expect(refusal(late)).toMatchObject({ status: 409, code: 'approval_already_decided' });
      expect(latch.calls('stale').length).toBe(1);
    });

    it('do not run again what its step had done beside the question', async () => {
      latch.open('beside');
      const id = await asking('question-and-work', { url: latch.url('beside') });
      expect(latch.calls('beside').length).toBe(1);
      const result = await resume(id, 'yes', {
        ...of('question-and-work'),
        checkpoint: await checkpointOf(id),
      });
      expect(result.json).toMatchObject({ answers: { ask: 'yes', work: 'done' } });
      expect(latch.calls('beside').length).toBe(1);
    });
  });

  it('are refused while their thread is busy', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const run = await server.client.runs.create(id, 'slow', { input: { url: latch.url('busy') } });
    await latch.reached('busy');
    const answer = server.client.runs.create(id, 'slow', { command: { resume: true } });
    expect(await refusalOf(answer)).toMatchObject({ status: 422, code: 'thread_busy' });
    latch.open('busy');
    await server.client.runs.join(id, run.run_id);
  });
});
