import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { refusal, useServer, type Answer } from '../wire/server.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/four-calls/', import.meta.url));
const NOTES = 'Write the list of changes to changes.md';

interface Progress {
  id: string;
  run_id: string;
  status: string;
  steps: number;
  last_step: string[];
  result: Record<string, unknown> | null;
  answer: string | null;
  questions: { tool_calls: { name: string }[] }[];
  reason: string | null;
}

describe('an agent in four calls', () => {
  const server = useServer();
  const latch = useLatch();
  const launch = async (body: object): Promise<Progress> =>
    (await server.send('POST', '/agent/launch', body)).json as Progress;
  const look = async (id: string): Promise<Progress> =>
    (await server.send('GET', `/agent/${id}`)).json as Progress;
  /** Waits until its newest run is at rest. */
  const atRest = async ({ id, run_id: runId }: Progress): Promise<Progress> => {
    await server.client.runs.join(id, runId);
    return look(id);
  };
  const resume = (body: object): Promise<Answer> => server.send('POST', '/agent/resume', body);

  it('is given a task, asks, is answered with a word and says what it did', async () => {
    const launched = await launch({ task: NOTES });
    expect(launched).toMatchObject({ status: 'queued' });
    const asks = await atRest(launched);
    expect(asks).toMatchObject({ status: 'awaiting_decision', last_step: ['model'], result: null });
    expect(asks.questions[0]?.tool_calls.map(({ name }) => name)).toEqual(['write_file']);
    expect(refusal(await resume({ id: asks.id }))).toMatchObject({ status: 422, code: 'invalid_request' });
    expect((await resume({ id: asks.id, answer: { decision: 'dance' } })).status).toBe(422);
    const answered = await resume({ id: asks.id, answer: 'approve' });
    expect(answered.status).toBe(202);
    const done = await atRest(answered.json as Progress);
    expect(done).toMatchObject({ status: 'success', reason: null, questions: [] });
    expect(done.answer).toContain('changes.md');
    expect(done.steps).toBeGreaterThan(2);
    expect(refusal(await resume({ id: done.id }))).toEqual({ status: 409, code: 'invalid_transition' });
    expect(refusal(await server.send('POST', '/agent/pause', { id: done.id }))).toEqual({
      status: 409,
      code: 'invalid_transition',
    });
  });

  it('takes one decision for each held call, and an answer to a question of its own', async () => {
    const two = await atRest(await launch({ agent: 'held', input: { tools: ['a', 'b'], together: true } }));
    expect((await resume({ id: two.id, answer: ['no'] })).status).toBe(422);
    const answered = await resume({ id: two.id, answer: ['no', { decision: 'edit', args: { to: 'me' } }] });
    expect((await atRest(answered.json as Progress)).result).toMatchObject({
      decisions: [{ type: 'respond' }, { type: 'edit' }],
    });
    const plain = await atRest(await launch({ agent: 'gate', input: {} }));
    expect(plain.questions[0]?.tool_calls).toEqual([]);
    const said = await resume({ id: plain.id, answer: 'yes' });
    expect(await atRest(said.json as Progress)).toMatchObject({
      status: 'success',
      result: { decision: 'yes' },
    });
  });

  it('is paused at the end of its step, once, and resumed with its run', async () => {
    const { id, run_id: runId } = await launch({ agent: 'slow', input: { url: latch.url('lunch') } });
    await latch.reached('lunch');
    expect(refusal(await server.send('POST', '/agent/launch', { agent: 'slow', input: {}, id }))).toEqual({
      status: 409,
      code: 'invalid_transition',
    });
    const [first, again] = [
      await server.send('POST', '/agent/pause', { id, reason: 'lunch' }),
      await server.send('POST', '/agent/pause', { id }),
    ];
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(await look(id)).toMatchObject({ status: 'draining', steps: 1, last_step: ['before'] });
    latch.open('lunch');
    expect(first.json).toMatchObject({ id, run_id: runId });
    await server.client.runs.join(id, runId);
    expect(await look(id)).toMatchObject({ run_id: runId, status: 'paused', reason: 'lunch', result: null });
    expect(refusal(await server.send('POST', '/agent/launch', { agent: 'slow', input: {}, id }))).toEqual({
      status: 409,
      code: 'thread_paused',
    });
    expect((await resume({ id })).json).toMatchObject({ id, run_id: runId });
    await server.client.runs.join(id, runId);
    expect(await look(id)).toMatchObject({ run_id: runId, status: 'success' });
  });

  it('is not there when nobody launched it', async () => {
    const id = crypto.randomUUID();
    const asked = [
      await server.send('GET', `/agent/${id}`),
      await server.send('POST', '/agent/pause', { id }),
      await resume({ id }),
    ];
    expect(asked.map(refusal)).toEqual(asked.map(() => ({ status: 404, code: 'thread_not_found' })));
    await server.client.threads.create({ threadId: id });
    expect(refusal(await server.send('GET', `/agent/${id}`))).toEqual({ status: 404, code: 'run_not_found' });
  });

  it('is paused at the end of the step that runs when a pause is answered, never a step later', async () => {
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      const launched = await launch({ agent: 'slow', input: { url: latch.url(name) } });
      await latch.reached(name);
      expect((await server.send('POST', '/agent/pause', { id: launched.id })).status).toBe(202);
      latch.open(name);
      expect(await atRest(launched)).toMatchObject({ status: 'paused', last_step: ['wait'] });
    }
  });

  it('is found by the name of an assistant, and a name that fits two is refused', async () => {
    const make = () => server.client.assistants.create({ graphId: 'steps', name: 'Counter' });
    await make();
    expect(await atRest(await launch({ agent: 'Counter', input: { steps: 2 } }))).toMatchObject({ steps: 2 });
    await make();
    const twice = await server.send('POST', '/agent/launch', { agent: 'Counter', input: {} });
    expect(refusal(twice)).toMatchObject({ status: 422, code: 'invalid_request' });
    const nobody = await server.send('POST', '/agent/launch', { agent: 'Nobody', input: {} });
    expect(refusal(nobody)).toEqual({ status: 404, code: 'assistant_not_found' });
  });

  it.each([
    ['nothing to do', {}, ''],
    ['two things to do', { task: 'a', input: {} }, ''],
    ['an id that is none', { task: 'a', id: 'x' }, 'id'],
  ])('is refused with %s', async (_, body, field) => {
    const answer = await server.send('POST', '/agent/launch', body);
    expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request' });
    expect(answer.json).toMatchObject({ metadata: { field: field === '' ? 'body' : field } });
  });
});

describe('the example of the four calls', () => {
  const server = useServer({ config: `${EXAMPLE}langgraph.json` });

  it('launches, pauses, resumes and polls until it is done', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [`${EXAMPLE}run.mjs`, server.url]);
    expect(stdout).toMatch(/^launched .*\npaused after \d steps: the surveyor has lunch\ndone: field 1, /);
  });
});
