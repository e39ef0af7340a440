import { describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { refusal } from '../wire/server.ts';
import { useApprovalServer, type ApprovalJson } from './approvals-server.ts';

describe('approvals', () => {
  const server = useApprovalServer();
  const latch = useLatch();
  const { asking, waiting, question, decide, decided, log } = server;
  const resume = (threadId: string, answer: unknown, graph = 'held') =>
    server.send('POST', `/threads/${threadId}/runs/wait`, {
      assistant_id: graph,
      command: { resume: answer },
    });
  const kinds = async (threadId: string) => (await log(threadId)).map(({ kind }) => kind);

  describe('are recorded', () => {
    it('with what is asked, when the run that asks comes to rest', async () => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const asked = await question(threadId);
      expect(asked).toMatchObject({
        thread_id: threadId,
        graph_id: 'held',
        ordinal: 0,
        status: 'waiting',
        description: 'Call send_email?',
        tool_calls: [
          {
            id: 'call-send_email',
            name: 'send_email',
            args: { to: 'ops@example.com' },
            allowed_decisions: ['approve', 'edit', 'reject', 'respond'],
          },
        ],
        expires_at: null,
        on_expiry: 'stay',
        decision: null,
      });
      expect((await server.send('GET', `/approvals/${asked.id}`)).json).toEqual(asked);
      const { checkpoint } = await server.client.threads.getState(threadId);
      expect(asked).toMatchObject({ checkpoint_id: checkpoint.checkpoint_id });
      const line = (await log(threadId)).find(({ kind }) => kind === 'question');
      expect(line).toMatchObject({
        run_id: asked.run_id,
        detail: { approval_id: asked.id, tools: ['send_email'], payload_hash: asked.payload_hash },
      });
    });

    it('and found by thread, assistant and tool, oldest first, page by page', async () => {
      const first = await asking('held', { tools: ['wire_money'] });
      const second = await asking('held', { tools: ['wire_money', 'send_email'], together: true });
      const page = async (query: string) => {
        const { json, headers } = await server.send('GET', `/approvals?tool=wire_money&${query}`);
        return {
          threads: (json as ApprovalJson[]).map(({ thread_id }) => thread_id),
          total: headers.get('x-pagination-total'),
          next: headers.get('x-pagination-next'),
        };
      };
      expect(await page('')).toEqual({ threads: [first, second], total: '2', next: null });
      expect(await page('limit=1')).toEqual({ threads: [first], total: '2', next: '1' });
      expect(await page('limit=1&offset=1')).toMatchObject({ threads: [second] });
      expect(await page(`thread_id=${second}`)).toMatchObject({ threads: [second] });
      const { assistant_id: assistant } = (await waiting(first))[0] as ApprovalJson;
      expect(await page(`assistant_id=${assistant}`)).toMatchObject({ total: '2' });
      expect(await page(`assistant_id=${first}`)).toMatchObject({ total: '0' });
      expect(await page('status=decided')).toMatchObject({ total: '0' });
    });

    it('for a plain question too', async () => {
      const asked = await question(await asking('gate'));
      expect(asked).toMatchObject({
        tool_calls: [],
        payload: { ask: 'go?' },
        allowed_decisions: ['approve', 'reject', 'respond'],
      });
    });
  });

  describe('a decision', () => {
    it('is one or is several, and is read whole before it is taken', async () => {
      const asked = await question(await asking('gate'));
      for (const decisions of [
        [null],
        [{ decision: 'evil' }],
        [{ decision: 'edit', args: 1 }],
        [{ decision: 'reject' }],
      ])
        expect(refusal(await decide(asked, { decision: 'approve', decisions })).status).toBe(422);
      await decided(asked, { decision: 'approve', decisions: null });
    });

    it.each([
      [{ decision: 'approve' }, { type: 'approve' }],
      [
        { decision: 'edit', args: { to: 'me@example.com' } },
        { type: 'edit', args: { to: 'me@example.com' } },
      ],
      [
        { decision: 'reject', message: 'too early' },
        { type: 'reject', message: 'too early' },
      ],
      [
        { decision: 'respond', message: 'done by hand' },
        { type: 'respond', message: 'done by hand' },
      ],
    ])('reaches the graph: %j', async (body, told) => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const answer = await decided(await question(threadId), { ...body, decided_by: 'ada' });
      expect(answer).toMatchObject({
        status: 200,
        json: { already: false, approval: { status: 'decided', decision: { decided_by: 'ada' } } },
      });
      const { values, status } = await server.client.threads.get(threadId);
      expect([values, status]).toEqual([
        expect.objectContaining({ decisions: [{ ...told, decidedBy: 'ada' }] }),
        'idle',
      ]);
      expect((await log(threadId)).find(({ kind }) => kind === 'decide')).toMatchObject({
        actor: 'ada',
        detail: { via: 'decision', requested_by: 'user', decision: { decisions: [body] } },
      });
    });

    it('decides each tool call of the question, in order', async () => {
      const threadId = await asking('held', { tools: ['a', 'b'], together: true });
      const asked = await question(threadId);
      expect(refusal(await decide(asked, { decision: 'approve' }))).toMatchObject({
        status: 422,
        field: 'decisions',
      });
      await decided(asked, { decisions: [{ decision: 'approve' }, { decision: 'reject', message: 'no' }] });
      expect((await server.client.threads.get(threadId)).values).toMatchObject({
        decisions: [{ type: 'approve' }, { type: 'reject', message: 'no' }],
      });
    });

    it.each([false, 0, '', null, true, { deep: [1] }, 'words'])(
      'gives a plain question any value: %j',
      async (answer) => {
        const threadId = await asking('gate');
        await decided(await question(threadId), { decision: 'respond', answer });
        expect((await server.client.threads.get(threadId)).values).toMatchObject({ decision: answer });
      },
    );

    it.each([
      ['approve', true],
      ['reject', false],
    ])('says to a plain question: %s is %j', async (decision, told) => {
      const threadId = await asking('gate');
      await decided(await question(threadId), { decision });
      expect((await server.client.threads.get(threadId)).values).toMatchObject({ decision: told });
    });

    it.each([
      [{ decision: 'maybe' }, 'decision'],
      [{ decision: 'edit' }, 'decision'],
      [{ decision: 'approve', args: {} }, 'decision'],
      [{ decision: 'respond' }, 'decision'],
      [{ decision: 'respond', answer: 1 }, 'decision'],
      [{ decisions: [] }, undefined],
      [{}, undefined],
    ])('that makes no sense is refused, naming the field, and decides nothing: %j', async (body, field) => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const answer = refusal(await decide(await question(threadId), body));
      expect(answer).toMatchObject({ status: 422, code: 'invalid_request', ...(field && { field }) });
      expect(await question(threadId)).toMatchObject({ status: 'waiting' });
    });

    it('of something that is not there is a 404', async () => {
      const id = crypto.randomUUID();
      expect(refusal(await decide({ id }, { decision: 'approve' }))).toMatchObject({
        status: 404,
        code: 'approval_not_found',
      });
      expect(refusal(await server.send('GET', `/approvals/${id}`))).toMatchObject({ status: 404 });
    });
  });

  describe('are decided once', () => {
    it('by twenty at the same time: one effect, and nineteen who hear who it was', async () => {
      const threadId = await asking('held', { tools: ['send_email'], url: latch.url('twenty') });
      latch.open('twenty');
      const asked = await question(threadId);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          decide(asked, { decision: 'reject', message: `no. ${i}`, decided_by: `person ${i}` }),
        ),
      );
      const [taken, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      if (!taken) throw new Error('nobody decided');
      const { approval, run_id: runId } = taken.json as { approval: ApprovalJson; run_id: string };
      const late = answers.filter((answer) => answer !== taken);
      expect(late.length).toBe(19);
      for (const answer of late) {
        expect(refusal(answer)).toMatchObject({ status: 409, code: 'approval_already_decided' });
        expect(answer.json).toMatchObject({
          metadata: { decided_by: approval.decision?.['decided_by'], run_id: runId },
        });
      }
      await server.client.runs.join(threadId, runId);
      expect(latch.calls('twenty').length).toBe(1);
      expect((await kinds(threadId)).filter((kind) => kind === 'decide')).toEqual(['decide']);
    });

    it('the same again, also at the same time, is fine and does nothing', async () => {
      const threadId = await asking('held', { tools: ['send_email'], url: latch.url('same') });
      latch.open('same');
      const asked = await question(threadId);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => decide(asked, { decision: 'approve' })),
      );
      const said = answers.map(({ status, json }) => ({ status, ...(json as object) }));
      expect(said.filter((answer) => 'already' in answer && answer.already === false).length).toBe(1);
      expect(new Set(said.map((answer) => 'run_id' in answer && answer.run_id)).size).toBe(1);
      await decided(asked, { decision: 'approve', decided_by: 'somebody else' });
      expect(latch.calls('same').length).toBe(1);
    });

    it('also when the wire was quicker, which is no second answer either', async () => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const asked = await question(threadId);
      await resume(threadId, { decisions: [{ type: 'approve' }] });
      expect((await decide(asked, { decision: 'approve' })).json).toMatchObject({ already: true });
      const other = await decide(asked, { decision: 'reject' });
      expect(refusal(other)).toMatchObject({ status: 409, code: 'approval_already_decided' });
      expect(other.json).toMatchObject({ metadata: { via: 'wire', decided_by: 'user' } });
    });

    it('with what the person saw, or not at all', async () => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const asked = await question(threadId);
      const body = { decision: 'approve', payload_hash: 'f'.repeat(64) };
      expect(refusal(await decide(asked, body))).toMatchObject({ status: 409, code: 'approval_outdated' });
      const right = await decided(asked, { ...body, payload_hash: asked.payload_hash });
      expect(right.status).toBe(200);
    });

    it('while they wait: one the thread has left behind is refused', async () => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const asked = await question(threadId);
      await server.client.runs.wait(threadId, 'held', { input: { tools: ['other'] } });
      expect(refusal(await decide(asked, { decision: 'approve' }))).toMatchObject({
        status: 409,
        code: 'approval_outdated',
      });
      expect((await question(threadId)).tool_calls).toMatchObject([{ name: 'other' }]);
      expect(await kinds(threadId)).toContain('questionMovedOn');
    });

    it('and again when the run with the answer was cancelled before it began', async () => {
      const threadId = await asking('held', { tools: ['send_email'], url: latch.url('cut') });
      const asked = await question(threadId);
      // A run in front keeps the answer waiting.
      await server.client.runs.create(threadId, 'slow', { input: { url: latch.url('front') } });
      await latch.reached('front');
      const { run_id: runId } = (await decide(asked, { decision: 'approve' })).json as { run_id: string };
      await server.client.runs.cancel(threadId, runId);
      expect((await server.send('GET', `/approvals/${asked.id}`)).json).toMatchObject({ status: 'waiting' });
      expect(await kinds(threadId)).toContain('questionReopened');
      latch.open('front');
    });

    it('and no longer once the run that asked is deleted, but for an answer by command.resume', async () => {
      const threadId = await asking('held', { tools: ['send_email'] });
      const asked = await question(threadId);
      await server.client.runs.delete(threadId, asked.run_id);
      expect(await waiting(threadId)).toEqual([]);
      expect(refusal(await decide(asked, { decision: 'approve' }))).toMatchObject({
        status: 409,
        code: 'approval_outdated',
      });
      expect(await kinds(threadId)).toContain('questionMovedOn');
      expect((await server.client.threads.get(threadId)).status).toBe('interrupted');
      await resume(threadId, { decisions: [{ type: 'approve' }] });
      expect((await server.client.threads.get(threadId)).values).toMatchObject({
        decisions: [{ type: 'approve' }],
      });
    });

    it('and not again when the run that asked was deleted before that with the answer was cancelled', async () => {
      const threadId = await asking('held', { tools: ['send_email'], url: latch.url('none') });
      const asked = await question(threadId);
      await server.client.runs.create(threadId, 'slow', { input: { url: latch.url('ahead') } });
      await latch.reached('ahead');
      const { run_id: runId } = (await decide(asked, { decision: 'approve' })).json as { run_id: string };
      await server.client.runs.delete(threadId, asked.run_id);
      await server.client.runs.cancel(threadId, runId);
      expect((await server.send('GET', `/approvals/${asked.id}`)).json).toMatchObject({ status: 'moved_on' });
      latch.open('ahead');
    });
  });
});
