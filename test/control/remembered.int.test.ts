import { describe, expect, it } from 'vitest';
import { refusal } from '../wire/server.ts';
import { useApprovalServer } from './approvals-server.ts';

interface Sticky {
  id: string;
  tool: string;
  decision: string;
  thread_id: string | null;
}

describe('remembered decisions', () => {
  const server = useApprovalServer();
  const { asking, waiting, question, decide, decided, log } = server;
  const again = async (threadId: string, input: Record<string, unknown>) => {
    await server.client.runs.wait(threadId, 'held', { input });
    for (const run of await server.client.runs.list(threadId, { limit: 100 }))
      await server.client.runs.join(threadId, run.run_id);
    return (await server.client.threads.get(threadId)).values as { decisions: unknown[] };
  };
  const inForce = async (query = '') =>
    (await server.send('GET', `/sticky-decisions?${query}`)).json as Sticky[];

  it('answer later calls of the tool on the same thread, in the name of who decided, and on no other', async () => {
    const threadId = await asking('held', { tools: ['read_mail'] });
    await decided(await question(threadId), { decision: 'approve', remember: 'thread', decided_by: 'ada' });
    expect(await again(threadId, { tools: ['read_mail'] })).toMatchObject({
      decisions: [{ type: 'approve' }],
    });
    expect(await waiting(threadId)).toEqual([]);
    const lines = (await log(threadId)).filter(({ kind }) => kind === 'decide');
    expect(lines.map(({ actor, detail }) => [actor, detail?.['via']])).toEqual([
      ['ada', 'decision'],
      ['ada', 'remembered'],
    ]);
    const other = await asking('held', { tools: ['read_mail'] });
    expect(await question(other)).toMatchObject({ status: 'waiting' });
    await again(threadId, { tools: ['delete_mail'] });
    expect(await question(threadId)).toMatchObject({ status: 'waiting' });
  });

  it('cover a question only whole: one call that nobody decided holds all', async () => {
    const threadId = await asking('held', { tools: ['read_mail'] });
    await decided(await question(threadId), { decision: 'approve', remember: 'thread' });
    await again(threadId, { tools: ['read_mail', 'send_mail'], together: true });
    expect((await question(threadId)).tool_calls.map(({ name }) => name)).toEqual(['read_mail', 'send_mail']);
  });

  it('of an assistant hold on all its threads; a thread’s own goes before, an exact decision before both', async () => {
    const first = await asking('held', { tools: ['list_files'] });
    const early = await asking('held', { tools: ['list_files'] });
    await decided(await question(first), { decision: 'approve', remember: 'assistant' });
    // Asked before anything was remembered: it waits for its own decision.
    await decided(await question(early), { decision: 'reject', remember: 'thread' });
    expect((await again(early, { tools: ['list_files'] })).decisions).toMatchObject([{ type: 'reject' }]);
    const { thread_id: third } = await server.client.threads.create();
    expect((await again(third, { tools: ['list_files'] })).decisions).toMatchObject([{ type: 'approve' }]);
  });

  it('of an assistant go with it, and so does who is told of it: another one of its id is asked', async () => {
    const assistantId = crypto.randomUUID();
    const asks = async () => {
      await server.client.assistants.create({ assistantId, graphId: 'held' });
      const { thread_id: threadId } = await server.client.threads.create();
      await server.client.runs.wait(threadId, assistantId, { input: { tools: ['pay'] } });
      return question(threadId);
    };
    await decided(await asks(), { decision: 'approve', remember: 'assistant' });
    const target = { assistant_id: assistantId, channel: 'email', address: 'ann@example.com' };
    expect((await server.send('POST', '/notification-targets', target)).status).toBeLessThan(300);
    await server.client.assistants.delete(assistantId);

    expect(await asks()).toMatchObject({ status: 'waiting' });

    expect(await inForce(`assistant_id=${assistantId}`)).toEqual([]);
    expect((await server.send('GET', `/notification-targets?assistant_id=${assistantId}`)).json).toEqual([]);
  });

  it('are listed, and revoked', async () => {
    const threadId = await asking('held', { tools: ['list_events'] });
    await decided(await question(threadId), { decision: 'respond', message: 'none', remember: 'thread' });
    const [sticky, ...others] = await inForce(`thread_id=${threadId}`);
    expect(others).toEqual([]);
    expect(sticky).toMatchObject({ tool: 'list_events', decision: 'respond', thread_id: threadId });
    expect((await server.send('DELETE', `/sticky-decisions/${sticky?.id}`)).status).toBe(204);
    expect(await inForce(`thread_id=${threadId}`)).toEqual([]);
    await again(threadId, { tools: ['list_events'] });
    expect(await question(threadId)).toMatchObject({ status: 'waiting' });
    expect((await log(threadId)).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['remember', 'revoke']),
    );
    expect(refusal(await server.send('DELETE', `/sticky-decisions/${crypto.randomUUID()}`))).toMatchObject({
      status: 404,
    });
  });

  it('cannot be an edit, nor of a question without a tool', async () => {
    const asked = await question(await asking('held', { tools: ['send_mail'] }));
    const edit = await decide(asked, { decision: 'edit', args: {}, remember: 'thread' });
    expect(refusal(edit)).toMatchObject({ status: 422, field: 'remember' });
    const plain = await decide(await question(await asking('gate')), {
      decision: 'approve',
      remember: 'thread',
    });
    expect(refusal(plain)).toMatchObject({ status: 422, field: 'remember' });
    expect(await question(asked.thread_id)).toMatchObject({ status: 'waiting' });
  });

  it('still hold after a kill', async () => {
    const threadId = await asking('held', { tools: ['read_mail'] });
    await decided(await question(threadId), { decision: 'reject', remember: 'thread' });
    await server.restart();
    expect((await again(threadId, { tools: ['read_mail'] })).decisions).toMatchObject([{ type: 'reject' }]);
  });
});

describe('deadlines', () => {
  const server = useApprovalServer();
  const { asking, question, decide, log } = server;
  const settledBy = async (threadId: string, kind: string) => {
    for (;;) {
      const line = (await log(threadId)).find((each) => each.kind === kind);
      if (line) return line;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('that pass reject the question when it says so, once, and the graph goes on', async () => {
    const threadId = await asking('held', {
      tools: ['pay'],
      deadline: { expires_in_ms: 100, on_expiry: 'reject' },
    });
    expect(await settledBy(threadId, 'questionExpired')).toMatchObject({ detail: { rejected: true } });
    for (const run of await server.client.runs.list(threadId, { limit: 100 }))
      await server.client.runs.join(threadId, run.run_id);
    expect((await server.client.threads.get(threadId)).values).toMatchObject({
      decisions: [{ type: 'reject', decidedBy: 'system' }],
    });
    const lines = (await log(threadId)).filter(({ kind }) => kind === 'decide');
    expect(lines).toMatchObject([{ actor: 'system', detail: { via: 'expiry' } }]);
  });

  it('that pass are noticed once when the question stays, and it can still be decided', async () => {
    const threadId = await asking('held', { tools: ['pay'], deadline: { expires_in_ms: 100 } });
    await settledBy(threadId, 'questionExpired');
    const asked = await question(threadId);
    expect(asked.expired_at).not.toBeNull();
    expect((await decide(asked, { decision: 'approve' })).status).toBe(200);
  });

  it('can be set and taken away, also across a restart', async () => {
    const threadId = await asking('held', { tools: ['pay'] });
    const asked = await question(threadId);
    const patch = (body: Record<string, unknown>) => server.send('PATCH', `/approvals/${asked.id}`, body);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    expect((await patch({ expires_at: later, on_expiry: 'reject' })).json).toMatchObject({
      expires_at: later,
      on_expiry: 'reject',
    });
    expect((await patch({ expires_at: null })).json).toMatchObject({ expires_at: null });
    expect(refusal(await patch({ expires_at: 'tomorrow' }))).toMatchObject({ field: 'expires_at' });
    await patch({ expires_at: new Date(Date.now() + 500).toISOString() });
    await server.restart();
    expect(await settledBy(threadId, 'questionExpired')).toMatchObject({ detail: { rejected: true } });
    expect(refusal(await patch({ expires_at: null }))).toMatchObject({ status: 409 });
  });
});
