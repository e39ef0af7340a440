import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { Annotation, Command, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UnstorableValueError } from '../../src/model/errors.ts';
import {
  acquired,
  at,
  checkpoint,
  collect,
  idsOf,
  leaseOf,
  open,
  put,
  rejectionOf,
  temporaryPath,
} from './checkpoint-fixture.ts';

const METADATA = { source: 'loop' as const, step: 0, parents: {} };

describe('the order of checkpoints', () => {
  it('keeps the latest checkpoint when the clock was set back', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-9');
    await put(writer, 'id-1', { parent: 'id-9' });
    const latest = await checkpoints.reader.getTuple(at());
    expect(latest?.checkpoint.id).toBe('id-1');
    expect(latest?.parentConfig).toEqual(at('id-9'));
    expect(await idsOf(checkpoints.reader.list(at()))).toEqual(['id-1', 'id-9']);
  });

  it('does not make an old checkpoint the latest when it is put again', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    await put(writer, 'id-2');
    await writer.put(at(), checkpoint('id-1', { again: true }), METADATA, {});
    expect((await checkpoints.reader.getTuple(at()))?.checkpoint.id).toBe('id-2');
    expect((await checkpoints.reader.getTuple(at('id-1')))?.checkpoint.channel_values).toEqual({
      again: true,
    });
  });

  it('lists what was inserted before a checkpoint, of whichever namespace that one is', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-9');
    await put(writer, 'id-3', { ns: 'sub' });
    await put(writer, 'id-1');
    await put(writer, 'id-2', { ns: 'sub' });
    const { reader } = checkpoints;
    expect(await idsOf(reader.list(at(), { before: at('id-1') }))).toEqual(['id-9']);
    const before = { configurable: { checkpoint_id: 'id-1' } };
    expect(await idsOf(reader.list(at(undefined, 'sub'), { before }))).toEqual(['id-3']);
    expect(await idsOf(reader.list(at(), { before: at('unknown') }))).toEqual([]);
  });

  it('lists one thread over all namespaces, or every thread', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    const other = await acquired(checkpoints, { thread: 'u' });
    await put(writer, 'id-1');
    await put(writer, 'id-2', { ns: 'sub' });
    await other.put(at(undefined, '', 'u'), checkpoint('id-0'), METADATA, {});
    const { reader } = checkpoints;
    expect(await idsOf(reader.list({ configurable: { thread_id: 't' } }))).toEqual(['id-2', 'id-1']);
    expect(await idsOf(reader.list({}, { limit: 2 }))).toEqual(['id-0', 'id-2']);
    expect(await idsOf(reader.list({ configurable: { checkpoint_ns: 'sub' } }))).toEqual(['id-2']);
  });

  it('leaves out of a listing what is deleted while it is read', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    await put(writer, 'id-2');
    const listing = checkpoints.reader.list(at());
    expect((await listing.next()).value?.checkpoint.id).toBe('id-2');
    await checkpoints.deleteThread('t');
    expect((await listing.next()).done).toBe(true);
  });
});

describe('the metadata filter', () => {
  const stored = {
    'a.b': 1,
    'quote"\'`': 'x',
    '$[0]': true,
    'line\nbreak': null,
    nested: { one: 1, two: [1, { three: 3 }] },
    text: `'; DROP TABLE checkpoints; --`,
  };

  it.each([
    [{ 'a.b': 1 }, true],
    [{ 'a.b': '1' }, false],
    [{ a: { b: 1 } }, false],
    [{ 'quote"\'`': 'x' }, true],
    [{ '$[0]': true }, true],
    [{ '$[0]': 1 }, false],
    [{ 'line\nbreak': null }, true],
    [{ missing: null }, false],
    [{ missing: undefined }, true],
    [{ nested: { two: [1, { three: 3 }], one: 1 } }, true],
    [{ nested: { one: 1 } }, false],
    [{ text: `'; DROP TABLE checkpoints; --`, 'a.b': 1 }, true],
    [{ text: `'; DROP TABLE checkpoints; --`, 'a.b': 2 }, false],
    [{ [`') OR 1=1; --`]: 1 }, false],
    [{ source: 'loop' }, true],
  ])('%j is met: %s', async (filter, met) => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await writer.put(at(), checkpoint('id-1'), { ...METADATA, ...stored }, {});
    expect(await idsOf(checkpoints.reader.list(at(), { filter }))).toEqual(met ? ['id-1'] : []);
  });
});

describe('stored values', () => {
  it('round trips binary values, as a pending write and inside state', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await writer.put(at(), checkpoint('id-1', { file: { bytes } }), METADATA, {});
    await writer.putWrites(
      at('id-1'),
      [
        ['raw', bytes],
        ['wrapped', [bytes]],
      ],
      'task',
    );
    const tuple = await checkpoints.reader.getTuple(at());
    expect(tuple?.checkpoint.channel_values).toStrictEqual({ file: { bytes } });
    expect(tuple?.pendingWrites).toStrictEqual([
      ['task', 'raw', bytes],
      ['task', 'wrapped', [bytes]],
    ]);
  });

  it('stores binary writes as they were when they were put', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    const bytes = new Uint8Array([1, 2, 3]);
    const stored = writer.putWrites(at('id-1'), [['raw', bytes]], 'task');
    bytes.fill(9);
    await Promise.all([stored, put(writer, 'id-1')]);
    expect((await checkpoints.reader.getTuple(at()))?.pendingWrites).toEqual([
      ['task', 'raw', new Uint8Array([1, 2, 3])],
    ]);
  });

  it('refuses what cannot be stored, names its place, and leaves the thread readable', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    const messages = [new AIMessage({ content: 'x', additional_kwargs: { x: 1n } })];
    const refusals = await Promise.all([
      rejectionOf(writer.put(at('id-1'), checkpoint('id-2', { messages }), METADATA, {})),
      rejectionOf(writer.putWrites(at('id-1'), [['messages', messages]], 'task')),
      rejectionOf(writer.put(at('id-1'), checkpoint('id-2'), Object.assign({ tag: () => 1 }, METADATA), {})),
    ]);
    expect(refusals).toEqual(refusals.map(() => expect.any(UnstorableValueError)));
    expect(refusals).toMatchObject([
      { path: 'messages[0].additional_kwargs.x' },
      { path: 'messages[0].additional_kwargs.x' },
      { path: 'metadata.tag' },
    ]);
    const tuple = await checkpoints.reader.getTuple(at());
    expect(tuple).toMatchObject({ checkpoint: { id: 'id-1' }, pendingWrites: [] });
  });
});

describe('what is put twice or with more', () => {
  it('keeps the first writes of a task, but lets special channels replace theirs', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    for (const value of ['first', 'second']) {
      await writer.putWrites(at('id-1'), [['log', value]], 'task');
      await writer.putWrites(at('id-1'), [['constructor', value]], 'odd');
      await writer.putWrites(at('id-1'), [['__interrupt__', { id: value }]], 'task');
    }
    expect((await checkpoints.reader.getTuple(at()))?.pendingWrites).toEqual([
      ['odd', 'constructor', 'first'],
      ['task', '__interrupt__', { id: 'second' }],
      ['task', 'log', 'first'],
    ]);
  });

  it("adds the run's metadata to each checkpoint's, which prevails", async () => {
    const checkpoints = open();
    const lease = leaseOf('t');
    await checkpoints.acquire(lease);
    const writer = await checkpoints.writer({ lease, runId: 'run', metadata: { graph_id: 'g', step: 99 } });
    await put(writer, 'id-1');
    expect((await checkpoints.reader.getTuple(at()))?.metadata).toEqual({ ...METADATA, graph_id: 'g' });
  });
});

describe('the checkpoint file', () => {
  it('prepares its statements once', async () => {
    const checkpoints = open();
    const prepare = vi.spyOn(Database.prototype, 'prepare');
    onTestFinished(() => prepare.mockRestore());
    const listed = { before: at('id-1'), filter: { source: 'loop' }, limit: 1 };
    for (let round = 0; round < 5; round += 1) {
      const writer = await acquired(checkpoints, { fence: round + 1, runId: `run-${round}` });
      await put(writer, `id-${round}`);
      await writer.putWrites(at(`id-${round}`), [['log', round]], 'task');
      await collect(writer.list(at(), { ...listed, filter: { source: 'loop', [`key-${round}`]: round } }));
      await writer.getTuple(at());
      await checkpoints.progress({ threadId: 't', runId: `run-${round}` });
    }
    expect(prepare).toHaveBeenCalledTimes(1); // the one form of list that was used
  });

  it('can be read by a plain SqliteSaver', async () => {
    const path = temporaryPath();
    const writer = await acquired(open({ path }));
    await writer.put(at(), checkpoint('id-1', { messages: [new HumanMessage('hi')] }), METADATA, {});
    await writer.putWrites(at('id-1'), [['log', new Map([['a', 1]])]], 'task');
    const plain = SqliteSaver.fromConnString(path);
    onTestFinished(() => void plain.db.close());
    const tuple = await plain.getTuple(at());
    expect(tuple?.checkpoint.channel_values).toEqual({ messages: [new HumanMessage('hi')] });
    expect(tuple?.pendingWrites).toEqual([['task', 'log', new Map([['a', 1]])]]);
  });

  it('takes over what a plain SqliteSaver stored', async () => {
    const path = temporaryPath();
    const plain = SqliteSaver.fromConnString(path);
    await plain.put(at(), checkpoint('id-1', { old: [1] }), METADATA);
    plain.db.close();
    const checkpoints = open({ path });
    await put(await acquired(checkpoints), 'id-0', { parent: 'id-1' });
    expect(await idsOf(checkpoints.reader.list(at()))).toEqual(['id-0', 'id-1']);
  });

  it('is refused, unchanged, when a newer version wrote it', () => {
    const path = temporaryPath();
    const db = new Database(path);
    onTestFinished(() => void db.close());
    db.pragma('user_version = 3');
    expect(() => open({ path })).toThrow(/checkpoint schema 3, this version knows 2/);
    expect(() => open({ path, readonly: true })).toThrow(/checkpoint schema 3/);
    expect(db.prepare('SELECT name FROM sqlite_master').all()).toEqual([]);
  });
});

describe('opening the checkpoint file', () => {
  it.each(['FULL', 'NORMAL'] as const)('syncs as told each time it is opened: %s', async (synchronous) => {
    const path = temporaryPath();
    for (let times = 0; times < 2; times += 1) {
      const { db } = (await open({ path, synchronous }).saver()) as SqliteSaver;
      expect(db.pragma('synchronous', { simple: true })).toBe({ NORMAL: 1, FULL: 2 }[synchronous]);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    }
  });

  it('opened for reading only, may not exist yet, and shows what others write', async () => {
    const path = temporaryPath();
    const reading = open({ path, readonly: true });
    expect(await reading.reader.getTuple(at())).toBeUndefined();
    await put(await acquired(open({ path })), 'id-1');
    expect((await reading.reader.getTuple(at()))?.checkpoint.id).toBe('id-1');
    await expect(reading.acquire(leaseOf('t', 2))).rejects.toThrow(/readonly/);
    await expect(reading.deleteThread('t')).rejects.toThrow(/readonly/);
  });

  it('is only read by the reader', async () => {
    const checkpoints = open();
    await put(await acquired(checkpoints), 'id-1');
    const reader = await checkpoints.saver();
    await expect(put(reader, 'id-2')).rejects.toThrow(/only reads/);
    await expect(reader.putWrites(at('id-1'), [['log', 1]], 'task')).rejects.toThrow(/only reads/);
    await expect(reader.deleteThread('t')).rejects.toThrow(/only reads/);
    expect(await idsOf(reader.list(at()))).toEqual(['id-1']);
  });
});

describe('a graph on a writer', () => {
  const State = Annotation.Root({
    answers: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
  });
  const graph = new StateGraph(State)
    .addNode('ask', () => ({ answers: [String(interrupt({ ask: 'go?' }))] }))
    .addNode('after', () => ({ answers: ['done'] }))
    .addEdge(START, 'ask')
    .addEdge('ask', 'after')
    .addEdge('after', END);

  it('stops at its question, and goes on with the answer in a later attempt', async () => {
    const path = temporaryPath();
    const first = open({ path });
    const asking = graph.compile({ checkpointer: await acquired(first, { runId: 'asking' }) });
    const config = { configurable: { thread_id: 't' }, durability: 'sync' as const };
    const stopped = (await asking.invoke({ answers: ['in'] }, config)) as {
      __interrupt__?: { id: string }[];
    };
    const raised = stopped.__interrupt__?.map(({ id }) => id);
    expect(await first.progress({ threadId: 't', runId: 'asking' })).toEqual({
      advanced: true,
      answered: false,
      raised,
    });
    await first.close();

    const second = open({ path });
    const answering = graph.compile({
      checkpointer: await acquired(second, { fence: 2, runId: 'answering' }),
    });
    expect(await answering.invoke(new Command({ resume: 'yes' }), config)).toEqual({
      answers: ['in', 'yes', 'done'],
    });
    const snapshot = await graph.compile({ checkpointer: await second.saver() }).getState(config);
    expect(snapshot.values).toEqual({ answers: ['in', 'yes', 'done'] });
    expect(snapshot.next).toEqual([]);
  });
});
