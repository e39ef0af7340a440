import { describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { refusal } from '../wire/server.ts';
import { useApprovalServer, type ApprovalJson } from './approvals-server.ts';

describe('several questions', () => {
  const server = useApprovalServer();
  const latch = useLatch();
  const { asking, waiting, question, decide, decided, log } = server;
  const resume = (threadId: string, answer: unknown, more: Record<string, unknown> = {}) =>
    server.send('POST', `/threads/${threadId}/runs/wait`, {
      assistant_id: 'held',
      command: { resume: answer },
      ...more,
    });
  const byAsk = (approvals: ApprovalJson[], ask: string): ApprovalJson => {
    const found = approvals.find(({ payload }) => payload['ask'] === ask);
    if (!found) throw new Error(`nobody asks ${ask}`);
    return found;
  };
  const valuesOf = async (threadId: string) => (await server.client.threads.get(threadId)).values;

  describe('at once', () => {
    it('are answered one by one, by id; each keeps its own row', async () => {
      const threadId = await asking('parallel-questions');
      const asked = await waiting(threadId);
      expect(asked.length).toBe(3);
      await decided(byAsk(asked, 'b'), { decision: 'respond', answer: 'B' });
      const left = await waiting(threadId);
      expect(left.map(({ id }) => id).toSorted()).toEqual(
        [byAsk(asked, 'a').id, byAsk(asked, 'c').id].toSorted(),
      );
      await decided(byAsk(asked, 'c'), { decision: 'respond', answer: null });
      await decided(byAsk(asked, 'a'), { decision: 'respond', answer: false });
      expect(await valuesOf(threadId)).toMatchObject({
        answers: { a: false, b: 'B', c: null, joined: 3 },
      });
    });

    it('may be decided all at the same time: the answers queue', async () => {
      const threadId = await asking('parallel-questions');
      const asked = await waiting(threadId);
      const answers = await Promise.all(
        asked.map((each) => decide(each, { decision: 'respond', answer: each.payload['ask'] })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      for (const { json } of answers)
        await server.client.runs.join(threadId, (json as { run_id: string }).run_id);
      expect(await valuesOf(threadId)).toMatchObject({
        answers: { a: 'a', b: 'b', c: 'c', joined: 3 },
      });
    });
  });

  describe('one after the other in one node', () => {
    it('share interrupt id and checkpoint, and are two approvals', async () => {
      const threadId = await asking('held', { tools: ['pay', 'pay'] });
      const first = await question(threadId);
      await decided(first, { decision: 'approve' });
      const second = await question(threadId);
      expect(second).toMatchObject({
        interrupt_id: first.interrupt_id,
        payload_hash: first.payload_hash,
        ordinal: 1,
      });
      expect(second.id).not.toBe(first.id);
    });

    it('are never confused: a decision given again is not the next one’s', async () => {
      const threadId = await asking('held', { tools: ['pay', 'pay'], url: latch.url('pay') });
      latch.open('pay');
      const first = await question(threadId);
      await decided(first, { decision: 'approve' });
      expect((await decide(first, { decision: 'approve' })).json).toMatchObject({ already: true });
      const second = await question(threadId);
      expect(second).toMatchObject({ ordinal: 1, status: 'waiting' });
      expect(latch.calls('pay')).toEqual([]);
      await decided(second, { decision: 'reject' });
      expect(latch.calls('pay')).toMatchObject([{ type: 'approve' }, { type: 'reject' }]);
    });

    it('nor by answers of the wire that are sent again before the next is asked', async () => {
      const threadId = await asking('held', { tools: ['pay', 'pay'], between: latch.url('between') });
      const answer = { decisions: [{ type: 'approve' }] };
      const { interrupt_id: interruptId } = await question(threadId);
      const first = resume(threadId, answer);
      await latch.reached('between');
      for (const again of [answer, { [interruptId]: answer }]) {
        expect(refusal(await resume(threadId, again, { multitask_strategy: 'enqueue' }))).toMatchObject({
          status: 409,
          code: 'approval_already_decided',
        });
      }
      latch.open('between');
      await first;
      expect(await question(threadId)).toMatchObject({ ordinal: 1 });
    });

    it('are told apart across a kill', async () => {
      const threadId = await asking('held', { tools: ['pay', 'pay'] });
      const first = await question(threadId);
      await decided(first, { decision: 'approve' });
      await server.restart();
      const second = await question(threadId);
      expect((await decide(first, { decision: 'approve' })).json).toMatchObject({ already: true });
      await decided(second, { decision: 'respond', message: 'no need' });
      expect(await valuesOf(threadId)).toMatchObject({
        decisions: [{ type: 'approve' }, { type: 'respond' }],
      });
    });
  });

  it('an answer that a failed step has used is not asked for again: continuing the thread uses it', async () => {
    const threadId = await asking('held', { tools: ['pay'], failAfterAnswer: latch.url('fail') });
    const first = await question(threadId);
    const { json } = await decide(first, { decision: 'approve' });
    await latch.reached('fail');
    latch.open('fail');
    await server.client.runs.join(threadId, (json as { run_id: string }).run_id).catch(() => {});
    expect(await waiting(threadId)).toEqual([]);
    expect(await server.client.threads.get(threadId)).toMatchObject({ status: 'idle' });
    expect(await log(threadId)).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ kind: 'questionReopened' })]),
    );
  });

  describe('and jumps', () => {
    const jump = (threadId: string, goto: unknown) =>
      server.send('POST', `/threads/${threadId}/runs/wait`, {
        assistant_id: 'held',
        command: { goto },
      });

    it('past a question are refused, whatever their form', async () => {
      const threadId = await asking('held', { tools: ['pay'], url: latch.url('jump') });
      latch.open('jump');
      for (const goto of ['execute', ['execute'], [{ node: 'execute', input: {} }], ['__end__', 'execute']]) {
        expect(refusal(await jump(threadId, goto))).toEqual({
          status: 409,
          code: 'invalid_transition',
          field: 'command.goto',
        });
      }
      const queued = await server.send('POST', `/threads/${threadId}/runs/wait`, {
        assistant_id: 'held',
        command: { resume: { decisions: [{ type: 'reject' }] }, goto: 'execute' },
      });
      expect(queued.status).toBe(409);
      expect(latch.calls('jump')).toEqual([]);
      expect(await question(threadId)).toMatchObject({ status: 'waiting' });
    });

    it('to the end drop it, and it cannot be decided any more', async () => {
      const threadId = await asking('held', { tools: ['pay'] });
      const asked = await question(threadId);
      expect((await jump(threadId, '__end__')).status).toBe(200);
      expect(refusal(await decide(asked, { decision: 'approve' }))).toMatchObject({
        status: 409,
        code: 'approval_outdated',
      });
      expect(await server.client.threads.get(threadId)).toMatchObject({ status: 'idle' });
    });
  });
});
