import { randomUUID } from 'node:crypto';
import type { Checkpoint, ThreadState } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

interface Steps {
  n: number;
  steps: number;
}

describe('state', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const threadWith = async (graph: string, input: Record<string, unknown> = {}): Promise<string> => {
    const { thread_id } = await server.client.threads.create();
    await server.client.runs.wait(thread_id, graph, { input, raiseError: false });
    return thread_id;
  };
  const stepsThread = () => threadWith('steps', { steps: 3 });
  const stateOf = (id: string, checkpoint?: Checkpoint | string) =>
    server.client.threads.getState<Steps>(id, checkpoint);
  const checkpointOf = (state: ThreadState<unknown> | undefined): Checkpoint => {
    if (!state?.checkpoint) throw new Error('the state has no checkpoint');
    return state.checkpoint;
  };

  describe('reading', () => {
    it('is empty on a thread on which nothing ran', async () => {
      const { thread_id: id } = await server.client.threads.create();
      expect((await server.send('GET', `/threads/${id}/state`)).json).toEqual({
        values: {},
        next: [],
        tasks: [],
        created_at: null,
        checkpoint: null,
        parent_checkpoint: null,
      });
      expect(await server.client.threads.getHistory(id)).toEqual([]);
    });

    it('shows values, where they are stored, where they came from and which run stored them', async () => {
      const id = await stepsThread();
      const [run] = await server.client.runs.list(id);
      const state = await stateOf(id);
      expect(state).toMatchObject({
        values: { n: 3, steps: 3 },
        next: [],
        tasks: [],
        checkpoint: { thread_id: id, checkpoint_ns: '', checkpoint_id: expect.any(String) as string },
        parent_checkpoint: { thread_id: id, checkpoint_ns: '', checkpoint_id: expect.any(String) as string },
        metadata: { source: 'loop', step: 3, run_id: run?.run_id, thread_id: id, graph_id: 'steps' },
      });
      expect(Date.parse(state.created_at ?? '')).not.toBeNaN();
    });

    it('shows the task that asks and its question', async () => {
      const id = await threadWith('gate');
      const { next, tasks } = await stateOf(id);
      expect(next).toEqual(['hold']);
      expect(tasks).toMatchObject([
        {
          name: 'hold',
          error: null,
          interrupts: [{ id: expect.any(String) as string, value: { ask: 'go?' } }],
          result: null,
        },
      ]);
      const thread = await server.client.threads.get(id);
      expect(thread.interrupts).toEqual({ [tasks[0]?.id ?? '']: tasks[0]?.interrupts });
    });

    it('shows the task that failed and its error', async () => {
      const state = await stateOf(await threadWith('failing'));
      expect(state.next).toEqual(['break']);
      expect(state.tasks).toMatchObject([{ name: 'break', error: 'the tool broke' }]);
    });

    it('opens a subgraph only when asked; else it names where that is', async () => {
      const id = await threadWith('nested');
      const closed = await server.client.threads.getState(id);
      expect(closed.tasks).toMatchObject([
        {
          name: 'child',
          state: null,
          checkpoint: { thread_id: id, checkpoint_ns: expect.stringMatching(/^child:/) as string },
        },
      ]);
      const open = await server.client.threads.getState(id, undefined, { subgraphs: true });
      const inner = open.tasks[0]?.state as ThreadState<{ path: string[] }>;
      expect(inner).toMatchObject({ next: ['ask'], values: { path: ['before', 'child.look'] } });
      const direct = await server.client.threads.getState(id, closed.tasks[0]?.checkpoint as Checkpoint);
      expect(direct).toMatchObject({ next: ['ask'], values: inner.values });
    });

    it('answers the state at a checkpoint by both routes alike', async () => {
      const id = await stepsThread();
      const past = (await server.client.threads.getHistory<Steps>(id)).find(({ values }) => values.n === 1);
      const checkpoint = checkpointOf(past);
      const byId = await stateOf(id, checkpoint.checkpoint_id ?? '');
      expect(byId).toMatchObject({ values: { n: 1 }, next: ['step'] });
      expect(byId.checkpoint?.checkpoint_id).toBe(checkpoint.checkpoint_id);
      expect(await stateOf(id, checkpoint)).toEqual(byId);
    });

    it('does not know a checkpoint that is not there', async () => {
      const id = await stepsThread();
      const other = checkpointOf(await stateOf(await stepsThread()));
      for (const unknown of [randomUUID(), 'nonsense', other.checkpoint_id ?? '']) {
        const byPath = await server.send('GET', `/threads/${id}/state/${unknown}`);
        expect(refusal(byPath)).toMatchObject({ status: 404, code: 'checkpoint_not_found' });
        const checkpoint = { checkpoint_id: unknown, checkpoint_ns: '' };
        const byBody = await server.send('POST', `/threads/${id}/state/checkpoint`, { checkpoint });
        expect(refusal(byBody)).toMatchObject({ status: 404, code: 'checkpoint_not_found' });
      }
    });
  });

  describe('history', () => {
    it('is the newest first, ten at most unless told otherwise', async () => {
      const id = await threadWith('steps', { steps: 12 });
      const states = await server.client.threads.getHistory<Steps>(id);
      expect(states.map(({ values }) => values.n)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
      expect((await server.client.threads.getHistory(id, { limit: 2 })).length).toBe(2);
      expect((await server.client.threads.getHistory(id, { limit: 1000 })).length).toBe(14);
      const byQuery = await server.send('GET', `/threads/${id}/history?limit=2`);
      expect((byQuery.json as ThreadState<Steps>[]).map(({ values }) => values.n)).toEqual([12, 11]);
    });

    it('goes on before a checkpoint, named by its id, as a config or by its coordinates', async () => {
      const id = await stepsThread();
      const [, second] = await server.client.threads.getHistory<Steps>(id);
      const { checkpoint_id } = checkpointOf(second);
      const expected = [1, 0];
      const older = async (before: unknown) => {
        const answer = await server.send('POST', `/threads/${id}/history`, { before, limit: 2 });
        return (answer.json as ThreadState<Steps>[]).map(({ values }) => values.n);
      };
      expect(await older(checkpoint_id)).toEqual(expected);
      expect(await older({ configurable: { checkpoint_id } })).toEqual(expected);
      expect(await older({ thread_id: id, checkpoint_ns: '', checkpoint_id })).toEqual(expected);
      const byQuery = await server.send('GET', `/threads/${id}/history?limit=2&before=${checkpoint_id}`);
      expect((byQuery.json as ThreadState<Steps>[]).map(({ values }) => values.n)).toEqual(expected);
    });

    it('finds states by their metadata', async () => {
      const id = await stepsThread();
      await server.client.runs.wait(id, 'steps', { input: { n: 0, steps: 1 } });
      const [last] = await server.client.runs.list(id);
      const byRun = await server.client.threads.getHistory(id, { metadata: { run_id: last?.run_id } });
      expect(byRun.length).toBe(3);
      expect(byRun.every(({ metadata }) => metadata?.['run_id'] === last?.run_id)).toBe(true);
      const byStep = await server.client.threads.getHistory(id, { metadata: { source: 'input' } });
      expect(byStep.length).toBe(2);
    });
  });

  describe('updating', () => {
    it('writes values as if a node had returned them', async () => {
      const id = await stepsThread();
      const before = checkpointOf(await stateOf(id));
      const updated = await server.client.threads.updateState(id, { values: { n: 1 }, asNode: 'step' });
      const state = await stateOf(id);
      expect(state).toMatchObject({
        values: { n: 1, steps: 3 },
        next: ['step'],
        metadata: { source: 'update' },
      });
      expect(updated).toMatchObject({ checkpoint: state.checkpoint });
      expect(state.parent_checkpoint?.checkpoint_id).toBe(before.checkpoint_id);
      const thread = await server.client.threads.get(id);
      expect(thread).toMatchObject({ status: 'interrupted', values: { n: 1 } });
      expect(await server.client.runs.wait(id, 'steps', { input: null })).toMatchObject({ n: 3 });
    });

    it('writes upon an earlier checkpoint, named in either place', async () => {
      for (const named of ['checkpoint', 'checkpointId'] as const) {
        const id = await stepsThread();
        const past = (await server.client.threads.getHistory<Steps>(id)).find(({ values }) => values.n === 1);
        const checkpoint = checkpointOf(past);
        await server.client.threads.updateState(id, {
          values: { steps: 2 },
          ...(named === 'checkpoint' ? { checkpoint } : { checkpointId: checkpoint.checkpoint_id ?? '' }),
        });
        const state = await stateOf(id);
        expect(state.values).toMatchObject({ n: 1, steps: 2 });
        expect(state.parent_checkpoint?.checkpoint_id).toBe(checkpoint.checkpoint_id);
      }
    });

    it('leaves a question unanswered and ends there, as Agent Inbox resolves one', async () => {
      const id = await threadWith('gate');
      await server.client.threads.updateState(id, { values: null, asNode: '__end__' });
      expect(await stateOf(id)).toMatchObject({ next: [], tasks: [], values: { n: 1 } });
      const thread = await server.client.threads.get(id);
      expect(thread).toMatchObject({ status: 'idle', interrupts: {} });
      const resume = server.client.runs.wait(id, 'gate', { command: { resume: true } });
      expect(await refusalOf(resume)).toMatchObject({ status: 409, code: 'invalid_transition' });
    });

    it('says of a thread whose question was resolved that no decision is awaited any more', async () => {
      const id = await threadWith('gate');
      await server.client.threads.updateState(id, { values: null, asNode: '__end__' });
      const { lifecycle } = (await server.client.threads.get(id)) as unknown as {
        lifecycle: { state: string };
      };
      expect(lifecycle.state).not.toBe('awaiting_decision');
    });

    it('copies a checkpoint and runs again from it, as LangGraph Studio does', async () => {
      const id = await stepsThread();
      const past = (await server.client.threads.getHistory<Steps>(id)).find(({ values }) => values.n === 1);
      await server.client.threads.updateState(id, {
        values: null,
        asNode: '__copy__',
        checkpoint: checkpointOf(past),
      });
      expect(await stateOf(id)).toMatchObject({
        values: { n: 1 },
        next: ['step'],
        metadata: { source: 'fork' },
      });
      expect(await server.client.runs.wait(id, 'steps', { input: null })).toMatchObject({ n: 3 });
    });

    it('asks the question of a copied checkpoint anew', async () => {
      const id = await threadWith('gate');
      const asked = checkpointOf(await stateOf(id));
      await server.client.runs.wait(id, 'gate', { command: { resume: 'first' } });
      await server.client.threads.updateState(id, { values: null, asNode: '__copy__', checkpoint: asked });
      await server.client.runs.wait(id, 'gate', { input: null });
      const answered = await server.client.runs.wait(id, 'gate', { command: { resume: 'second' } });
      expect(answered).toMatchObject({ decision: 'second' });
    });

    it('sets a state before the first run, on a thread made for a graph', async () => {
      const { thread_id: id } = await server.client.threads.create({ graphId: 'steps' });
      await server.client.threads.updateState(id, { values: { n: 1, steps: 2 }, asNode: 'step' });
      expect(await stateOf(id)).toMatchObject({ values: { n: 1, steps: 2 }, next: ['step'] });
    });

    it('refuses a node that the graph does not have', async () => {
      const id = await stepsThread();
      const answer = await server.send('POST', `/threads/${id}/state`, {
        values: { n: 9 },
        as_node: 'nobody',
      });
      expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request' });
      expect(answer.json).toMatchObject({ message: expect.stringContaining('nobody') as string });
      expect((await stateOf(id)).values.n).toBe(3);
    });

    it('refuses a checkpoint that is not there, and changes nothing', async () => {
      const id = await stepsThread();
      const answer = await server.send('POST', `/threads/${id}/state`, {
        values: { n: 9 },
        checkpoint_id: randomUUID(),
      });
      expect(refusal(answer)).toMatchObject({ status: 404, code: 'checkpoint_not_found' });
      expect((await stateOf(id)).values.n).toBe(3);
    });

    it('refuses values that no state can hold', async () => {
      const id = await stepsThread();
      const forged = { lc: 1, type: 'secret', id: ['KEY'] };
      const answer = await server.send('POST', `/threads/${id}/state`, {
        values: { pad: [forged] },
        as_node: 'step',
      });
      expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request', field: 'values.pad[0]' });
      expect((await stateOf(id)).values.n).toBe(3);
    });

    it('refuses on a thread that has no graph yet', async () => {
      const { thread_id: id } = await server.client.threads.create();
      const answer = await server.send('POST', `/threads/${id}/state`, { values: {} });
      expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request' });
    });

    it('refuses while a run is active', async () => {
      const { thread_id: id } = await server.client.threads.create();
      const run = await server.client.runs.create(id, 'slow', { input: { url: latch.url('busy') } });
      await latch.reached('busy');
      const answer = await server.send('POST', `/threads/${id}/state`, { values: { tag: 'x' } });
      expect(refusal(answer)).toMatchObject({ status: 409, code: 'invalid_transition' });
      latch.open('busy');
      await server.client.runs.join(id, run.run_id);
      expect((await server.send('POST', `/threads/${id}/state`, { values: { tag: 'x' } })).status).toBe(200);
    });
  });

  it.each([
    ['GET', '/state'],
    ['POST', '/state'],
    ['GET', '/state/x'],
    ['POST', '/state/checkpoint'],
    ['GET', '/history'],
    ['POST', '/history'],
  ])('does not know a thread that is not there (%s %s)', async (method, path) => {
    const body = method === 'GET' ? undefined : { values: {}, checkpoint: {} };
    expect(refusal(await server.send(method, `/threads/${randomUUID()}${path}`, body))).toMatchObject({
      status: 404,
      code: 'thread_not_found',
    });
  });

  drives(server, [
    'GET /threads/{t}/state',
    'POST /threads/{t}/state',
    'GET /threads/{t}/state/{cp}',
    'POST /threads/{t}/state/checkpoint',
    'GET /threads/{t}/history',
    'POST /threads/{t}/history',
  ]);
});
