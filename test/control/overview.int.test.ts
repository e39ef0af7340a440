import { describe, expect, it } from 'vitest';
import { collectChanges } from '../support/changes.ts';
import { useLatch } from '../wire/latch.ts';
import { refusal, useServer } from '../wire/server.ts';

interface Card {
  thread_id: string;
  group: string | null;
  step: number | null;
  wants: { tool: string | null; text: string }[];
  said: { by: string; text: string } | null;
  due_at: string | null;
}

interface Line {
  id: number;
  thread_id: string;
  kind: string;
  actor: string;
}

const WISH = { messages: [{ role: 'user', content: 'Write the list of changes to changes.md' }] };

describe('all threads at a glance', () => {
  const server = useServer();
  const latch = useLatch();
  const cards = async (query: string): Promise<{ items: Card[]; total: number }> => {
    const { json, headers } = await server.send('GET', `/overview/threads?${query}`);
    return { items: json as Card[], total: Number(headers.get('x-pagination-total')) };
  };
  const groups = async (): Promise<Record<string, number>> =>
    ((await server.send('GET', '/overview')).json as { groups: Record<string, number> }).groups;

  it('counts and lists threads by what they do or want, also one whose run is delayed', async () => {
    const asking = await server.client.threads.create();
    await server.client.runs.wait(asking.thread_id, 'agent', { input: WISH });
    const done = await server.client.threads.create();
    await server.client.runs.wait(done.thread_id, 'echo', { input: {} });
    const later = await server.client.threads.create();
    await server.client.runs.create(later.thread_id, 'echo', { input: {}, afterSeconds: 3600 });
    await server.client.threads.create();

    expect(await groups()).toEqual({ running: 0, needs_you: 1, paused: 0, scheduled: 1, done: 1, failed: 0 });
    const { json } = await server.send('GET', '/overview');
    expect(json).toMatchObject({ threads: 4, approvals: 1, queue: { depth: 0, oldest_at: null } });

    const { items, total } = await cards('group=needs_you');
    expect(total).toBe(1);
    expect(items[0]).toMatchObject({ thread_id: asking.thread_id, group: 'needs_you', step: 1 });
    expect(items[0]?.wants).toEqual([
      { tool: 'write_file', text: expect.stringContaining('changes.md') as string },
    ]);
    expect((await cards('group=scheduled')).items).toMatchObject([
      { thread_id: later.thread_id, group: 'scheduled', due_at: expect.any(String) as string },
    ]);
    expect((await cards('group=running')).total).toBe(0);
    expect((await cards('')).total).toBe(4);
  });

  it('lists what is under way among what runs', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const run = await server.client.runs.create(id, 'slow', { input: { url: latch.url('under way') } });
    await latch.reached('under way');
    expect((await groups())['running']).toBe(1);
    expect((await cards('group=running')).items).toMatchObject([{ thread_id: id, group: 'running' }]);
    latch.open('under way');
    await server.client.runs.join(id, run.run_id);
    await server.client.threads.delete(id);
  });

  it('finds a thread by the beginning of its id or by its graph, and takes no sign for a pattern', async () => {
    const { thread_id: id } = await server.client.threads.create({ graphId: 'echo' });
    expect((await cards(`q=${id.slice(0, 13)}`)).items.map((card) => card.thread_id)).toEqual([id]);
    expect((await cards('q=ECH')).items.map((card) => card.thread_id)).toContain(id);
    const reason = `Überprüfung ${id}`;
    const { run_id: run } = await server.client.runs.create(id, 'echo', { input: {}, afterSeconds: 3600 });
    await server.send('POST', `/threads/${id}/pause`, { reason });
    expect((await cards(`q=${encodeURIComponent(reason)}`)).items.map((card) => card.thread_id)).toEqual([
      id,
    ]);
    await server.client.runs.delete(id, run);
    expect((await cards(`q=${encodeURIComponent('%')}`)).total).toBe(0);
    expect((await cards(`q=${encodeURIComponent('_')}`)).total).toBe(0);
  });

  it('lists page by page, in the order asked for', async () => {
    const first = await cards('limit=2&sort_by=created_at&sort_order=asc');
    const second = await cards('limit=2&offset=2&sort_by=created_at&sort_order=asc');
    const ids = [...first.items, ...second.items].map((card) => card.thread_id);
    expect(new Set(ids).size).toBe(4);
    expect(first.total).toBeGreaterThan(4);
  });

  it('refuses what it does not know', async () => {
    expect(refusal(await server.send('GET', '/overview/threads?group=all'))).toMatchObject({
      code: 'invalid_request',
      field: 'group',
    });
    expect(refusal(await server.send('GET', '/activity?before=x'))).toMatchObject({ field: 'before' });
    const unknown = refusal(await server.send('GET', '/activity?kind=claim,update_state'));
    expect(unknown).toMatchObject({ code: 'invalid_request', field: 'kind.1' });
  });
});

describe('the log of all threads', () => {
  const server = useServer();
  const log = async (query: string): Promise<{ lines: Line[]; next: string | null }> => {
    const { json, headers } = await server.send('GET', `/activity?${query}`);
    return { lines: json as Line[], next: headers.get('x-pagination-next') };
  };

  it('is read newest first, page by page, without a line lost or told twice', async () => {
    for (let thread = 0; thread < 3; thread += 1) {
      const { thread_id: id } = await server.client.threads.create();
      await server.client.runs.wait(id, 'echo', { input: {} });
    }
    const all = await log('limit=1000');
    expect(all.lines.map(({ id }) => id)).toEqual(all.lines.map(({ id }) => id).toSorted((a, b) => b - a));
    expect(new Set(all.lines.map((line) => line.thread_id)).size).toBe(3);
    const paged: number[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = await log(`limit=2${next === '' ? '' : `&before=${next}`}`);
      paged.push(...page.lines.map(({ id }) => id));
      next = page.next;
    }
    expect(paged).toEqual(all.lines.map(({ id }) => id));
  });

  it('is narrowed by thread, by kind and by who did it', async () => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'echo', { input: {} });
    const own = await log(`thread_id=${id}&limit=100`);
    expect(own.lines.every((line) => line.thread_id === id)).toBe(true);
    const kinds = [...new Set(own.lines.map(({ kind }) => kind))];
    const finished = await log(`thread_id=${id}&kind=finish,cancel`);
    expect(kinds).toContain('finish');
    expect(finished.lines.map(({ kind }) => kind)).toEqual(['finish']);
    expect((await log('actor=nobody-of-this-name')).lines).toEqual([]);
  });
});

describe('the change feed', () => {
  const server = useServer();

  it('tells of a thread that moves, and of a stop that hits nothing', async () => {
    const feed = await collectChanges(server.url);
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'echo', { input: {} });
    const moved = await feed.until(({ threads, log }) => log && threads?.includes(id) === true);
    expect(moved.threads).toContain(id);
    const { json } = await server.send('POST', '/emergency-stops', {
      scope: { all: true },
      reason: 'a drill',
    });
    await feed.until(({ control }) => control);
    await server.send('POST', `/emergency-stops/${(json as { stop_id: string }).stop_id}/release`);
    await feed.until(({ control }) => control);
    feed.close();
  });
});
