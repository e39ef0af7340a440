import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { useServer, type Answer } from './server.ts';
import { openStream, type OpenStream } from './sse.ts';

const server = useServer();
const latch = useLatch();

const WISH = 'Write the release notes for 1.2 to notes.md';
const ALL = [
  'values',
  'updates',
  'messages',
  'tools',
  'lifecycle',
  'input',
  'checkpoints',
  'tasks',
  'custom',
];

interface Event {
  event_id: string;
  seq: number;
  method: string;
  params: { namespace: string[]; node?: string; data: Record<string, unknown> };
}

let nextId = 0;

const command = (threadId: string, method: string, params: object): Promise<Answer> =>
  server.send('POST', `/threads/${threadId}/commands`, { id: nextId++, method, params });

const start = async (assistantId: string, input: object, threadId: string = randomUUID()) => {
  const { json } = await command(threadId, 'run.start', { assistant_id: assistantId, input });
  expect(json).toMatchObject({ type: 'success', meta: { thread_id: threadId } });
  return { threadId, runId: (json as { result: { run_id: string } }).result.run_id };
};

const subscribe = (
  threadId: string,
  subscription: object = {},
  headers: Record<string, string> = {},
): Promise<OpenStream> =>
  openStream(`${server.url}/threads/${threadId}/stream/events`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ channels: ALL, ...subscription }),
  });

const nextOf = async (stream: OpenStream): Promise<Event> => {
  const frame = await stream.next();
  if (!frame) throw new Error('the stream ended');
  const event = frame.data as Event;
  expect([frame.event, frame.id]).toEqual([event.method, event.event_id]);
  return event;
};

const isEnd = ({ method, params: { namespace, data } }: Event): boolean =>
  method === 'lifecycle' && namespace.length === 0 && data['event'] !== 'running';

/** Everything up to the end of the run, or of so many. */
const untilEnd = async (stream: OpenStream, ends = 1): Promise<Event[]> => {
  const events: Event[] = [];
  for (let left = ends; left > 0;) {
    const event = await nextOf(stream);
    events.push(event);
    if (isEnd(event)) left--;
  }
  stream.leave();
  return events;
};

/** What an event says, without when it was said. */
const said = ({ event_id, method, params: { namespace, data } }: Event) => [
  event_id,
  method,
  namespace,
  data,
];

const methods = (events: Event[]): string[] => events.map(({ method }) => method);

describe('run.start (v2 POST /threads/{t}/commands)', () => {
  it('runs on a thread whose id the client invented, and says the run whole, however late one asks', async () => {
    const { threadId, runId } = await start('steps', { steps: 2 });
    const early = await untilEnd(await subscribe(threadId));
    const late = await untilEnd(await subscribe(threadId));
    expect(late.map(said)).toEqual(early.map(said));
    expect(early[0]?.params.data).toMatchObject({ event: 'running', run_id: runId });
    expect(early.at(-1)?.params.data).toMatchObject({ event: 'completed', graph_name: 'steps' });
    const numbers = early.map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  it('gives values after the envelope of their checkpoint, by which a client can fork', async () => {
    const { threadId } = await start('steps', { steps: 2 });
    const events = await untilEnd(
      await subscribe(threadId, { channels: ['values', 'checkpoints', 'lifecycle'] }),
    );
    const { checkpoint, parent_checkpoint: parent } = await server.client.threads.getState(threadId);
    const envelopes = events.filter(({ method }) => method === 'checkpoints');
    expect(envelopes.at(-1)?.params.data).toMatchObject({
      id: checkpoint.checkpoint_id,
      parent_id: parent?.checkpoint_id,
      source: 'loop',
    });
    expect(methods(events)[events.indexOf(envelopes.at(-1) as Event) + 1]).toBe('values');
  });

  it('streams a message as blocks, a tool call after the text, and leaves the state as it is', async () => {
    const { threadId } = await start('agent', { messages: [{ role: 'user', content: WISH }] });
    const events = await untilEnd(await subscribe(threadId));
    const data = events.filter(({ method }) => method === 'messages').map(({ params }) => params.data);
    expect(data[0]).toMatchObject({ event: 'message-start', role: 'ai' });
    const text = data.map(({ delta }) => (delta as { text?: string } | undefined)?.text ?? '').join('');
    const finished = data
      .filter(({ event }) => event === 'content-block-finish')
      .map(({ content }) => content);
    expect(finished).toMatchObject([
      { type: 'text', text },
      { type: 'tool_call', name: 'write_file', args: { path: 'notes.md' } },
    ]);
    expect(data.at(-1)).toMatchObject({ event: 'message-finish' });
    const { values } = await server.client.threads.getState<{ messages: { id: string; content: unknown }[] }>(
      threadId,
    );
    expect(values.messages.at(-1)).toMatchObject({ id: data[0]?.['id'], content: text });
  });

  it('takes input for input while a question waits, never for its answer', async () => {
    const { threadId } = await start('gate', {});
    await untilEnd(await subscribe(threadId));
    await start('gate', { url: '' }, threadId);
    const [first, again] = await Promise.all([subscribe(threadId), server.client.threads.get(threadId)]);
    const events = await untilEnd(first);
    expect(events.at(-1)?.params.data).toMatchObject({ event: 'interrupted' });
    expect(again.metadata).toMatchObject({ graph_id: 'gate' });
  });

  it('fails with what the graph said', async () => {
    const { threadId } = await start('failing', {});
    const events = await untilEnd(await subscribe(threadId));
    expect(events.at(-1)?.params.data).toMatchObject({
      event: 'failed',
      error: expect.any(String) as string,
    });
  });
});

describe('commands that are refused', () => {
  it.each([[{ method: 'run.start' }], [{ id: 'one', method: 'run.start' }], [{ id: 1 }], ['text'], [[]]])(
    'are 400 when they are none: %j',
    async (body) => {
      const answer = await server.send('POST', `/threads/${randomUUID()}/commands`, JSON.stringify(body));
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ type: 'error', id: null, error: 'invalid_argument' });
    },
  );

  it.each([
    ['run.start', {}, 'invalid_argument'],
    ['run.start', { assistant_id: 'nobody' }, 'invalid_argument'],
    ['input.respond', { interrupt_id: '0'.repeat(32), response: 'yes', namespace: [] }, 'no_such_run'],
    ['input.respond', {}, 'invalid_argument'],
    ['agent.getTree', {}, 'no_such_run'],
    ['subscription.subscribe', { channels: ['values'] }, 'not_supported'],
    ['state.fork', {}, 'not_supported'],
    ['make.tea', {}, 'unknown_command'],
    ['constructor', {}, 'unknown_command'],
    ['valueOf', {}, 'unknown_command'],
    ['__proto__', {}, 'unknown_command'],
  ])('are 200 with the error in the protocol’s words: %s %j', async (method, params, error) => {
    const answer = await command(randomUUID(), method, params);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ type: 'error', error });
  });
});

describe('input.respond', () => {
  it('answers the graph that asked, also where a run of another was to come after it', async () => {
    const { threadId } = await start('gate', {});
    const asked = await untilEnd(await subscribe(threadId, { channels: ['input', 'lifecycle'] }));
    const id = asked.find(({ method }) => method === 'input.requested')?.params.data['interrupt_id'];
    const before = await server.client.threads.getState(threadId);
    const later = { input: { messages: [] }, afterSeconds: 600 };
    const { run_id } = await server.client.runs.create(threadId, 'echo', later);
    expect(await server.client.threads.getState(threadId)).toEqual(before);
    await server.client.runs.cancel(threadId, run_id, true);
    expect(await server.client.threads.getState(threadId)).toEqual(before);

    const answer = { namespace: [], interrupt_id: id, response: { approved: true } };
    expect((await command(threadId, 'input.respond', answer)).json).toMatchObject({ type: 'success' });
    const [answering] = await server.client.runs.list(threadId);
    await server.client.runs.join(threadId, answering?.run_id ?? '');
    const { values } = await server.client.threads.getState(threadId);
    expect(values).toMatchObject({ decision: { approved: true } });
  });

  it('answers the question by its id, once', async () => {
    const { threadId } = await start('gate', {});
    const asked = await untilEnd(await subscribe(threadId, { channels: ['input', 'lifecycle'] }));
    const question = asked.find(({ method }) => method === 'input.requested');
    expect(question?.params.data['payload']).toEqual({ ask: 'go?' });
    const id = question?.params.data['interrupt_id'];
    const answer = { namespace: [], interrupt_id: id, response: { approved: true } };
    expect((await command(threadId, 'input.respond', answer)).json).toMatchObject({ type: 'success' });
    const events = await untilEnd(await subscribe(threadId));
    expect(events.at(-1)?.params.data).toMatchObject({ event: 'completed' });
    expect((await server.client.threads.getState(threadId)).values).toMatchObject({
      decision: { approved: true },
    });
    expect((await command(threadId, 'input.respond', answer)).json).toMatchObject({
      type: 'error',
      error: 'no_such_interrupt',
    });
  });

  it('answers several questions at once, each with its own', async () => {
    const { threadId } = await start('parallel-questions', {});
    const asked = await untilEnd(await subscribe(threadId, { channels: ['input', 'lifecycle'] }));
    const responses = asked
      .filter(({ method }) => method === 'input.requested')
      .map(({ params: { data } }) => ({
        namespace: [],
        interrupt_id: data['interrupt_id'],
        response: `yes, ${(data['payload'] as { ask: string }).ask}`,
      }));
    expect(responses).toHaveLength(3);
    await command(threadId, 'input.respond', { responses });
    await untilEnd(await subscribe(threadId));
    const { values } = await server.client.threads.getState(threadId);
    expect(values).toMatchObject({ answers: { a: 'yes, a', b: 'yes, b', c: 'yes, c', joined: 3 } });
  });
});

describe('a subscription (v2 POST /threads/{t}/stream/events)', () => {
  it('continues after `since` and after Last-Event-ID, and leaves nothing out', async () => {
    const { threadId } = await start('agent', { messages: [{ role: 'user', content: WISH }] });
    const whole = await untilEnd(await subscribe(threadId));
    for (const cut of [1, Math.floor(whole.length / 2), whole.length - 2]) {
      const seen = whole[cut] as Event;
      const rest = whole.slice(cut + 1).map(said);
      expect((await untilEnd(await subscribe(threadId, { since: seen.seq }))).map(said)).toEqual(rest);
      const headers = { 'last-event-id': seen.event_id };
      expect((await untilEnd(await subscribe(threadId, {}, headers))).map(said)).toEqual(rest);
    }
  });

  it('begins with the run that moves the thread: the end of an older one is not said again', async () => {
    const { threadId, runId: first } = await start('steps', { steps: 1 });
    await untilEnd(await subscribe(threadId));
    const { runId: second } = await start('steps', { steps: 1 }, threadId);
    const fresh = await untilEnd(await subscribe(threadId));
    expect(new Set(fresh.map(({ params }) => params.data['run_id']).filter(Boolean))).toEqual(
      new Set([second]),
    );
    const whole = await untilEnd(await subscribe(threadId, { since: 0 }), 2);
    const runs = whole.map(({ params }) => params.data['run_id']).filter(Boolean);
    expect([runs[0], runs.at(-1)]).toEqual([first, second]);
  });

  it('goes on over the runs that follow', async () => {
    const { threadId } = await start('steps', { steps: 1 });
    const stream = await subscribe(threadId, { channels: ['lifecycle'], namespaces: [[]], depth: 0 });
    while (!isEnd(await nextOf(stream)));
    await start('steps', { steps: 1 }, threadId);
    expect((await nextOf(stream)).params.data).toMatchObject({ event: 'running' });
    expect((await nextOf(stream)).params.data).toMatchObject({ event: 'completed' });
    stream.leave();
  });

  it('may come before the thread does', async () => {
    const threadId = randomUUID();
    const stream = await subscribe(threadId);
    await start('steps', { steps: 1 }, threadId);
    expect((await untilEnd(stream)).at(-1)?.params.data).toMatchObject({ event: 'completed' });
  });

  it('hears only of its namespaces, as deep as it asked', async () => {
    const { threadId } = await start('nested', {});
    const whole = await untilEnd(await subscribe(threadId));
    const child = whole.find(({ params }) => params.namespace[0]?.startsWith('child:'))?.params.namespace[0];
    expect(child).toBeDefined();
    const root = await untilEnd(await subscribe(threadId, { namespaces: [[]], depth: 0 }));
    expect(root.map(said)).toEqual(whole.filter(({ params }) => params.namespace.length === 0).map(said));
    const stream = await subscribe(threadId, { namespaces: [['child']] });
    const wanted = whole.filter(({ params }) => params.namespace[0] === child);
    for (const event of wanted) expect(said(await nextOf(stream))).toEqual(said(event));
    stream.leave();
  });

  it('hears of custom events by name', async () => {
    const { threadId } = await start('tokens', { events: 3 });
    const events = await untilEnd(await subscribe(threadId, { channels: ['custom', 'lifecycle'] }));
    expect(methods(events).filter((method) => method === 'custom').length).toBeGreaterThan(0);
    const named = await untilEnd(await subscribe(threadId, { channels: ['custom:nothing', 'lifecycle'] }));
    expect(methods(named)).not.toContain('custom');
  });

  it('tells a new subscriber what waits, and nothing that was answered', async () => {
    const { threadId } = await start('two-questions', {});
    const asked = await untilEnd(await subscribe(threadId, { channels: ['input', 'lifecycle'] }));
    const [first] = asked.filter(({ method }) => method === 'input.requested');
    const answer = { namespace: [], interrupt_id: first?.params.data['interrupt_id'], response: 'one' };
    await command(threadId, 'input.respond', answer);
    const stream = await subscribe(threadId, { channels: ['input', 'lifecycle'] });
    const now = await untilEnd(stream);
    const payloads = now
      .filter(({ method }) => method === 'input.requested')
      .map(({ params }) => params.data);
    expect(payloads).toMatchObject([{ payload: { ask: 'second?' } }]);
  });

  it('sees the end of a run that is stopped, and what it streamed until then', async () => {
    const { threadId, runId } = await start('slow', { url: latch.url('held') });
    const stream = await subscribe(threadId);
    await latch.reached('held');
    await server.client.runs.cancel(threadId, runId);
    const events = await untilEnd(stream);
    expect(events.at(-1)?.params.data).toMatchObject({ event: 'interrupted', state: 'cancelled' });
    latch.open('held');
  });

  it('refuses a channel that there is not', async () => {
    const answer = await server.send('POST', `/threads/${randomUUID()}/stream/events`, {
      channels: ['gossip'],
    });
    expect(answer.status).toBe(422);
  });

  it('ends with its thread', async () => {
    const { threadId } = await start('steps', { steps: 1 });
    const stream = await subscribe(threadId, { channels: ['lifecycle'], namespaces: [[]], depth: 0 });
    while (!isEnd(await nextOf(stream)));
    await server.client.threads.delete(threadId);
    expect(await stream.next()).toBeUndefined();
  });
});

describe('state.get and agent.getTree', () => {
  it('tell the state, or the parts of it that were asked for', async () => {
    const { threadId } = await start('steps', { steps: 2 });
    await untilEnd(await subscribe(threadId));
    const state = await server.client.threads.getState<Record<string, unknown>>(threadId);
    const all = (await command(threadId, 'state.get', { namespace: [] })).json as {
      result: { values: Record<string, unknown> };
    };
    expect(all.result).toEqual({
      values: state.values,
      checkpoint: { id: state.checkpoint.checkpoint_id, ns: '' },
    });
    const [key = ''] = Object.keys(state.values);
    const some = (await command(threadId, 'state.get', { namespace: [], keys: [key] })).json;
    expect(some).toMatchObject({ result: { values: { [key]: state.values[key] } } });
  });

  it('tell who worked in the run, and how it stands', async () => {
    const { threadId } = await start('nested', {});
    await untilEnd(await subscribe(threadId));
    const { json } = await command(threadId, 'agent.getTree', {});
    expect(json).toMatchObject({
      result: {
        tree: {
          namespace: [],
          status: 'interrupted',
          graph_name: 'nested',
          children: [{ graph_name: 'child', status: 'interrupted' }],
        },
      },
    });
  });
});

drives(server, ['POST /threads/{t}/commands', 'POST /threads/{t}/stream/events']);
