import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPauseServer, type PauseServer, type PauseShown, type RunRef } from '../pause/pause-server.ts';
import { builtGraphs } from '../support/built.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';

const config = builtGraphs('control');

let server: PauseServer;
/** Answers "no" until the test says otherwise. */
let service: Receiver;
let up = false;

beforeAll(async () => {
  server = await startPauseServer({ config });
  service = await startReceiver((response) => response.end(up ? 'yes' : 'no'));
});
afterAll(async () => {
  await service.close();
  await server.kill('SIGTERM');
});

/** An assistant of its own for these conditions. */
const assistantWith = async (graphId: string, conditions: object): Promise<string> => {
  const { assistant_id: id } = await server.client.assistants.create({ graphId });
  const answer = await server.api('PUT', `/assistants/${id}/pause-conditions`, conditions);
  expect([answer.status, answer.body]).toMatchObject([200, conditions]);
  return id;
};

const remedyOf = (pause: PauseShown) => pause['remedy'] as { kind: string; resume: Record<string, unknown> };
const valuesOf = async (run: RunRef): Promise<unknown> =>
  (await server.client.threads.getState(run.threadId)).values;

describe('a budget', () => {
  it('of tokens pauses the run when it is reached, and a higher one lets it go on', async () => {
    const assistant = await assistantWith('spends', { context_budget: { max_tokens: 150 } });
    const run = await server.launch(assistant, { calls: 6 });
    expect(await server.atRest(run)).toMatchObject({ state: 'paused', failure: null });
    const pause = await server.current(run);
    expect(pause).toMatchObject({
      cause: 'condition',
      verified: true,
      reason: 'the budget of this run is reached: 180 of 150 tokens are spent',
      remedy: { kind: 'raise_budget', resume: { budget: { max_tokens: 300 } } },
    });
    expect(await valuesOf(run)).toMatchObject({ said: ['word', 'word', 'word'] });
    const refused = await server.resume(run);
    expect([refused.status, refused.body.metadata?.failed]).toEqual([412, ['budget_spent']]);
    expect((await server.resume(run, remedyOf(pause).resume)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    expect(await valuesOf(run)).toMatchObject({ said: Array<string>(5).fill('word') });
    expect((await server.resume(run, { budget: { max_tokens: 10_000 } })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect((await server.api('GET', `/threads/${run.threadId}/usage`)).body).toEqual([
      { run_id: run.runId, model: 'tiny', calls: 6, input_tokens: 300, output_tokens: 60, cost: 0 },
    ]);
    const resumes = (await server.log(run)).filter(({ kind }) => kind === 'resume');
    expect(resumes.map(({ detail }) => detail['budget'])).toEqual([
      { maxTokens: 300 },
      { maxTokens: 10_000 },
    ]);
  });

  it('of cost counts by model over all runs of the thread', async () => {
    const assistant = await assistantWith('spends', {
      context_budget: {
        max_cost: 0.0002,
        per: 'thread',
        prices: { tiny: { input: 1, output: 2 }, '*': { input: 100, output: 100 } },
      },
    });
    const first = await server.launch(assistant, { calls: 2 });
    expect(await server.atRest(first)).toMatchObject({ state: 'success' });
    const { run_id: runId } = await server.client.runs.create(first.threadId, assistant, {
      input: { calls: 9 },
    });
    const next = { ...first, runId };
    expect(await server.atRest(next)).toMatchObject({ state: 'paused' });
    expect((await server.current(next)).reason).toBe(
      'the budget of this thread is reached: 0.00021 of 0.0002 are spent',
    );
  });
});

describe('a threshold of errors', () => {
  it('pauses a run in the place of failing it, and it goes on when the fault is gone', async () => {
    up = false;
    const assistant = await assistantWith('fails', { error_threshold: { count: 1 } });
    const run = await server.launch(assistant, { url: service.url });
    expect(await server.atRest(run)).toMatchObject({ state: 'paused', failure: null });
    expect(await server.current(run)).toMatchObject({
      cause: 'condition',
      reason: '1 step failed, the last in node "brittle": the service is down for [redacted]',
      remedy: {
        kind: 'look_at_failures',
        failures: [{ what: 'node "brittle"', error: 'the service is down for [redacted]' }],
      },
    });
    expect((await server.resume(run)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    up = true;
    expect((await server.resume(run)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 3 });
  });

  it('lets those fail that are below it', async () => {
    up = false;
    const assistant = await assistantWith('fails', { error_threshold: { count: 2 } });
    const first = await server.launch(assistant, { url: service.url });
    expect(await server.atRest(first)).toMatchObject({ state: 'error' });
    const { run_id: runId } = await server.client.runs.create(first.threadId, assistant, {
      input: { url: service.url },
    });
    expect(await server.atRest({ ...first, runId })).toMatchObject({ state: 'paused' });
  });

  it('ends the tries of a graph that would go on for long', async () => {
    up = false;
    const assistant = await assistantWith('tries', { error_threshold: { count: 3 } });
    const before = service.received.length;
    const run = await server.launch(assistant, { url: service.url });
    await service.got(before + 3);
    up = true;
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect((await server.log(run)).map(({ kind }) => kind)).toContain('conditionMet');
  });

  it('holds a run that would be given up because it ends its workers', async () => {
    const assistant = await assistantWith('dies', { error_threshold: { count: 2 } });
    const run = await server.launch(assistant, {});
    expect(await server.atRest(run)).toMatchObject({ state: 'paused', failure: null, spent: 2 });
    expect(await server.current(run)).toMatchObject({
      cause: 'condition',
      verified: true,
      reason: expect.stringContaining('given up after 2 attempts') as string,
      checkpoint: { unsafe: true },
    });
    expect((await server.resume(run)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
  });
});

describe('the conditions of an assistant', () => {
  const path = async (): Promise<string> => {
    const { assistant_id: id } = await server.client.assistants.create({ graphId: 'fails' });
    return `/assistants/${id}/pause-conditions`;
  };

  it('are read, replaced and taken away', async () => {
    const at = await path();
    expect((await server.api('GET', at)).status).toBe(404);
    await server.api('PUT', at, { error_threshold: { count: 2 } });
    await server.api('PUT', at, { context_budget: { max_tokens: 5 } });
    expect((await server.api('GET', at)).body).toEqual({
      context_budget: { max_tokens: 5, per: 'run', prices: {} },
    });
    expect((await server.api('DELETE', at)).status).toBe(204);
    expect((await server.api('DELETE', at)).body).toMatchObject({ code: 'condition_not_found' });
  });

  it.each([
    ['nothing', {}],
    ['a budget without a cap', { context_budget: {} }],
    ['a cost without prices', { context_budget: { max_cost: 1 } }],
    ['a threshold of none', { error_threshold: { count: 0 } }],
    ['a name that is none', { error_treshold: { count: 1 } }],
  ])('are refused with %s', async (_, conditions) => {
    const answer = await server.api('PUT', await path(), conditions);
    expect([answer.status, answer.body['code']]).toEqual([422, 'invalid_request']);
  });
});
