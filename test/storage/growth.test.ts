import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { END, START, StateGraph } from '@langchain/langgraph';
import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentState } from '../../graphs/agent/state.ts';
import type { OpenCheckpoints } from '../../src/storage/embedded/checkpointer.ts';
import { seeded } from '../crash/killed-server.ts';
import { acquired, at, checkpoint, collect, leaseOf, open, temporaryPath } from './checkpoint-fixture.ts';

const METADATA = { source: 'loop', step: 1, parents: {} } as const;
const STEPS = 1000;
const said = (index: number): string => `${index} `.padEnd(500, 'x');

/** Checkpoints, and their file as another program sees it. */
const opened = (options: Partial<OpenCheckpoints> = {}) => {
  const { path = temporaryPath() } = options;
  const checkpoints = open({ ...options, path });
  const db = new Database(path);
  onTestFinished(() => void db.close());
  return { checkpoints, db };
};

const bytesOf = (db: Database.Database): number => {
  db.pragma('wal_checkpoint(TRUNCATE)');
  return Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
};

const rowsOf = (db: Database.Database, table: string): number =>
  db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;

describe('a thread that grows', () => {
  it(
    `takes less than 10 MB for ${STEPS} steps of 500 bytes each, and the last step no more than the first`,
    { timeout: 60_000 },
    async () => {
      const { checkpoints, db } = opened();
      const writer = await acquired(checkpoints);
      const sizes: number[] = [];
      const times: number[] = [];
      let before = performance.now();
      const graph = new StateGraph(AgentState)
        .addNode('speak', ({ messages }) => {
          if (messages.length % 250 === 0) sizes.push(bytesOf(db));
          times.push(performance.now() - before);
          before = performance.now();
          return { messages: [new AIMessage({ id: `m${messages.length}`, content: said(messages.length) })] };
        })
        .addEdge(START, 'speak')
        .addConditionalEdges('speak', ({ messages }) => (messages.length < STEPS ? 'speak' : END), [
          'speak',
          END,
        ])
        .compile({ checkpointer: writer });
      const config = {
        configurable: { thread_id: 't' },
        recursionLimit: STEPS + 1,
        durability: 'sync' as const,
      };
      await graph.invoke({ messages: [] }, config);
      sizes.push(bytesOf(db));
      const median = (some: number[]): string => (some.toSorted((a, b) => a - b)[50] ?? 0).toFixed(2);
      console.log(
        `growth: ${STEPS} steps take ${((sizes.at(-1) ?? 0) / 1e6).toFixed(1)} MB; ` +
          `a step ${median(times.slice(1, 101))} ms at the start and ${median(times.slice(-100))} ms at the end`,
      );
      expect(sizes.at(-1)).toBeLessThan(10_000_000);
      const [, first = 0, second = 0, third = 0, fourth = 0] = sizes;
      expect(fourth - third).toBeLessThan((second - first) * 1.2);

      const state = (await checkpoints.reader.getTuple(at()))?.checkpoint.channel_values;
      const messages = state?.['messages'] as BaseMessage[];
      expect(messages.map(({ content }) => content)).toEqual(
        Array.from({ length: STEPS }, (_, index) => said(index)),
      );
      expect(AIMessage.isInstance(messages[STEPS - 1])).toBe(true);
    },
  );

  it('gives back every checkpoint as it was, whatever became of its list since', async () => {
    const { checkpoints, db } = opened();
    const random = seeded(20_260_101);
    const pick = (below: number): number => Math.floor(random() * below);
    const item = (): HumanMessage =>
      new HumanMessage({
        id: crypto.randomUUID(),
        content: said(pick(1e6)),
        additional_kwargs: { deep: { seen: 0 } },
      });
    let items = Array.from({ length: 40 }, item);
    const changes: ((now: HumanMessage[]) => HumanMessage[])[] = [
      (now) => [...now, item()],
      (now) => [...now, item(), item()],
      (now) => [...now],
      (now) => now.slice(0, -1),
      (now) => now.with(-1, item()),
      (now) => now.with(pick(now.length), item()),
      (now) => [...now.slice(5), item()],
      (now) => now.map((one) => new HumanMessage({ ...one.lc_kwargs })),
      (now) => {
        (now[pick(now.length)] as HumanMessage).content = said(pick(1e6));
        return now;
      },
      (now) => {
        Object.assign(now[pick(now.length)]?.additional_kwargs['deep'] as object, { seen: pick(1e6) });
        return now;
      },
      () => [],
      () => Array.from({ length: 40 }, item),
    ];
    const change = (now: HumanMessage[]): HumanMessage[] =>
      changes[pick(4) === 0 && now.length > 0 ? pick(changes.length) : 0]?.(now) ?? now;
    const stored = new Map<string, string>();
    const textOf = (list: readonly HumanMessage[]): string =>
      JSON.stringify(list.map(({ content, additional_kwargs: more }) => [content, more]));
    const messagesOf = (tuple: CheckpointTuple | undefined): HumanMessage[] =>
      (tuple?.checkpoint.channel_values['messages'] ?? []) as HumanMessage[];
    const read = async (id: string, thread = 't'): Promise<string> =>
      textOf(messagesOf(await checkpoints.reader.getTuple(at(id, '', thread))));
    let fence = 1;
    let writer = await acquired(checkpoints, { fence });
    for (let step = 0; step < 300; step += 1) {
      if (step % 20 === 19) {
        // Another attempt goes on from the latest checkpoint or from an earlier one, as LangGraph does: it reads first.
        writer = await acquired(checkpoints, { fence: ++fence, runId: `run-${fence}` });
        const from = [...stored.keys()][pick(stored.size)];
        items = [...messagesOf(await writer.getTuple(at(step % 40 === 19 ? undefined : from)))];
      }
      items = change(items);
      const id = `id-${String(step).padStart(4, '0')}`;
      await writer.put(at(), checkpoint(id, { messages: items, other: step }), METADATA, {});
      stored.set(id, textOf(items));
    }
    for (const [id, text] of stored) expect(await read(id)).toBe(text);

    await checkpoints.copyThread({ from: 't', to: 'copy' });
    await checkpoints.keepLatest('t', 3);
    const kept = [...stored.keys()].slice(-3);
    for (const id of kept) expect(await read(id)).toBe(stored.get(id));
    expect(await checkpoints.reader.getTuple(at('id-0000'))).toBeUndefined();
    await checkpoints.deleteThread('t');
    expect(await read('id-0100', 'copy')).toBe(stored.get('id-0100'));
    await checkpoints.deleteThread('copy');
    expect([rowsOf(db, 'lists'), rowsOf(db, 'list_items')]).toEqual([0, 0]);
  });

  it('stores what was changed in place inside of a map, a date and a large item', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    const large = { values: Array.from({ length: 1000 }, (_, index) => index) };
    const [map, date] = [new Map([['a', 1]]), new Date(0)];
    const items = [...Array.from({ length: 40 }, (_, index) => said(index)), { map, date }, large];
    await writer.put(at(), checkpoint('id-1', { items }), METADATA, {});
    map.set('a', 2);
    date.setFullYear(2030);
    large.values[999] = -1;
    await writer.put(at(), checkpoint('id-2', { items: [...items, 'more'] }), METADATA, {});
    const read = async (id: string) =>
      (await checkpoints.reader.getTuple(at(id)))?.checkpoint.channel_values['items'] as unknown[];
    expect((await read('id-1'))[41]).toMatchObject({ values: { 999: 999 } });
    expect((await read('id-2')).slice(40)).toEqual([{ map, date: date.toISOString() }, large, 'more']);
  });

  it('goes on in a file from before lists were stored apart', async () => {
    const path = temporaryPath();
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    const { checkpoints: before, db: file } = opened({ path, sharedFrom: { list: Infinity, item: 0 } });
    await (await acquired(before)).put(at(), checkpoint('id-1', { items }), METADATA, {});
    file.exec('DROP TABLE lists; DROP TABLE list_items; PRAGMA user_version = 1');
    await before.close();
    const { checkpoints, db } = opened({ path });
    const writer = await acquired(checkpoints, { fence: 2 });
    expect((await writer.getTuple(at()))?.checkpoint.channel_values).toEqual({ items });
    await writer.put(at('id-1'), checkpoint('id-2', { items: [...items, 'more'] }), METADATA, {});
    expect(rowsOf(db, 'list_items')).toBe(41);
    const tuples = await collect(checkpoints.reader.list(at()));
    expect(tuples.map(({ checkpoint: one }) => one.channel_values['items'])).toEqual([
      [...items, 'more'],
      items,
    ]);
  });

  it('stores lists of many short items whole', async () => {
    const { checkpoints, db } = opened();
    const writer = await acquired(checkpoints);
    const items = Array.from({ length: 20_000 }, (_, index) => index);
    await writer.put(at(), checkpoint('id-1', { items }), METADATA, {});
    expect(rowsOf(db, 'list_items')).toBe(0);
    expect((await checkpoints.reader.getTuple(at()))?.checkpoint.channel_values).toEqual({ items });
  });

  it('keeps only what is referred to when a run is forgotten', async () => {
    const { checkpoints, db } = opened();
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    await (await acquired(checkpoints)).put(at(), checkpoint('id-1', { items }), METADATA, {});
    const next = await acquired(checkpoints, { fence: 2, runId: 'next' });
    const others = items.map((item) => `other ${item}`);
    await next.put(at('id-1'), checkpoint('id-2', { items: others }), METADATA, {});
    await checkpoints.forgetRun({ threadId: 't', runId: 'next' });
    expect(rowsOf(db, 'list_items')).toBe(40);
    expect((await checkpoints.reader.getTuple(at()))?.checkpoint.channel_values).toEqual({ items });
  });

  it('says which checkpoint is damaged when items of its list are gone', async () => {
    const { checkpoints, db } = opened();
    const writer = await acquired(checkpoints);
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    await writer.put(at(), checkpoint('id-1', { items }), METADATA, {});
    db.exec('DELETE FROM list_items WHERE pos = 7');
    await expect(checkpoints.reader.getTuple(at())).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('id-1') as string,
    });
  });

  it('loses nothing to a checkpoint in the middle that could not be stored', async () => {
    let full = false;
    const checkpoints = open({
      at: (point) => {
        if (full && point === 'store:before-commit') throw new Error('the disk is full');
      },
    });
    const writer = await acquired(checkpoints);
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    await writer.put(at(), checkpoint('id-1', { items }), METADATA, {});
    full = true;
    const refused = writer.put(at(), checkpoint('id-2', { items: [...items, 'a'] }), METADATA, {});
    await expect(refused).rejects.toThrow('full');
    full = false;
    const longer = [...items, 'a', 'b'];
    await writer.put(at(), checkpoint('id-3', { items: longer }), METADATA, {});
    const tuple = await checkpoints.reader.getTuple(at());
    expect(tuple?.checkpoint.channel_values).toEqual({ items: longer });
  });

  it('is hashed with its lists: a changed item is another checkpoint', async () => {
    const { checkpoints, db } = opened();
    const writer = await acquired(checkpoints);
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    await writer.put(at(), checkpoint('id-1', { items }), METADATA, {});
    const before = await checkpoints.digest({ threadId: 't' });
    db.exec('UPDATE list_items SET item = \'"forged"\' WHERE pos = 7');
    expect(before?.sha256).not.toBe((await checkpoints.digest({ threadId: 't' }))?.sha256);
  });

  it('can be written by one owner only, its lists too', async () => {
    const { checkpoints, db } = opened();
    const stale = await acquired(checkpoints);
    await checkpoints.acquire(leaseOf('t', 2));
    const items = Array.from({ length: 40 }, (_, index) => said(index));
    await expect(stale.put(at(), checkpoint('id-1', { items }), METADATA, {})).rejects.toThrow(
      'another owner',
    );
    expect(rowsOf(db, 'list_items')).toBe(0);
  });
});
