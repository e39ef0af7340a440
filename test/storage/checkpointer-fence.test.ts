import { describe, expect, it, onTestFinished } from 'vitest';
import { LeaseLostError } from '../../src/model/errors.ts';
import type { Checkpoints, CheckpointWriter } from '../../src/storage/checkpoints.ts';
import { openCheckpointFile } from '../../src/storage/embedded/checkpoint-file.ts';
import { prepareCheckpointTables } from '../../src/storage/embedded/checkpoint-tables.ts';
import {
  acquired,
  at,
  checkpoint,
  collect,
  idsOf,
  leaseOf,
  open,
  put,
  putInput,
  rejectionOf,
  temporaryPath,
} from './checkpoint-fixture.ts';

const bothWrites = (writer: CheckpointWriter): Promise<unknown[]> =>
  Promise.all([
    rejectionOf(put(writer, 'late', { parent: 'id-1' })),
    rejectionOf(writer.putWrites(at('id-1'), [['log', 'late']], 'task')),
  ]);

const LOST = [expect.any(LeaseLostError), expect.any(LeaseLostError)] as unknown[];

/** Everything the thread has, whoever may see it. */
const contentOf = async ({ reader }: Checkpoints): Promise<[string, unknown][]> =>
  (await collect(reader.list({ configurable: { thread_id: 't' } }))).map(
    ({ checkpoint: { id }, pendingWrites }) => [id, pendingWrites],
  );

describe('acquiring a lease', () => {
  it.each([
    ['a newer fence', leaseOf('t', 6), true],
    ['the same lease again', leaseOf('t', 5), true],
    ['an equal fence with another token', leaseOf('t', 5, 'other'), false],
    ['an older fence', leaseOf('t', 4), false],
    ['an older fence of another thread', leaseOf('u', 1), true],
  ])('with %s', async (_, lease, taken) => {
    const checkpoints = open();
    await checkpoints.acquire(leaseOf('t', 5));
    expect(await checkpoints.acquire(lease)).toBe(taken);
    const writer = await checkpoints.writer({ lease: leaseOf('t', 5), runId: 'run', metadata: {} });
    const outdated = taken && lease.fence > 5;
    expect((await rejectionOf(put(writer, 'id-1'))) instanceof LeaseLostError).toBe(outdated);
  });

  it('is undone when the process dies before the commit, and kept after it', async () => {
    const path = temporaryPath();
    const dying = (point: string) =>
      open({
        path,
        at: (reached) => {
          if (reached === point) throw new Error(point);
        },
      });
    await expect(dying('acquire:before-commit').acquire(leaseOf('t', 2))).rejects.toThrow(
      'acquire:before-commit',
    );
    const checkpoints = open({ path });
    expect(await checkpoints.acquire(leaseOf('t', 1))).toBe(true);
    await expect(dying('acquire:committed').acquire(leaseOf('t', 2))).rejects.toThrow('acquire:committed');
    expect(await checkpoints.acquire(leaseOf('t', 1))).toBe(false);
  });

  it('leaves what is stored next as safe from a power cut as before, also when the database was busy', () => {
    const path = temporaryPath();
    const connect = () => {
      const db = openCheckpointFile({ path, synchronous: 'FULL' });
      onTestFinished(() => void db.close());
      return db;
    };
    const [db, other] = [connect(), connect()];
    const level = () => db.pragma('synchronous', { simple: true });
    const before = level();
    const { acquire } = prepareCheckpointTables(db);
    db.pragma('busy_timeout = 0');
    other.exec('BEGIN IMMEDIATE');
    expect(() => acquire(leaseOf('t'))).toThrow('locked');
    expect(level()).toBe(before);
    other.exec('COMMIT');
    expect(acquire(leaseOf('t'))).toBe(true);
    expect(level()).toBe(before);
  });
});

describe('a writer', () => {
  it('stores nothing when a newer owner has the thread, even through another connection', async () => {
    const path = temporaryPath();
    const [stalled, woken] = [open({ path }), open({ path })];
    const stale = await acquired(stalled, { fence: 1 });
    await put(stale, 'id-1');
    const current = await acquired(woken, { fence: 2 });
    expect(await bothWrites(stale)).toEqual(LOST);
    await put(current, 'id-2');
    expect(await contentOf(woken)).toEqual([
      ['id-2', []],
      ['id-1', []],
    ]);
  });

  it('deletes what a task wrote at a checkpoint, and nothing once a newer owner has the thread', async () => {
    const path = temporaryPath();
    const writer = await acquired(open({ path }));
    await put(writer, 'id-1');
    for (const task of ['a', 'b', 'c']) await writer.putWrites(at('id-1'), [['log', task]], task);
    await writer.dropWrites({ checkpointId: 'id-1', taskId: 'b' });
    const current = open({ path });
    await acquired(current, { fence: 2 });
    const late = rejectionOf(writer.dropWrites({ checkpointId: 'id-1', taskId: 'a' }));
    expect(await late).toBeInstanceOf(LeaseLostError);
    const left = (await current.reader.getTuple(at('id-1')))?.pendingWrites;
    expect(left?.map(([task]) => task)).toEqual(['a', 'c']);
  });

  it('stores nothing under an equal fence with another token', async () => {
    const checkpoints = open();
    await put(await acquired(checkpoints), 'id-1');
    const twin = await checkpoints.writer({ lease: leaseOf('t', 1, 'other'), runId: 'twin', metadata: {} });
    expect(await bothWrites(twin)).toEqual(LOST);
    expect(await contentOf(checkpoints)).toEqual([['id-1', []]]);
  });

  it('stores nothing once it is closed, nor what was waiting then', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    const waiting = rejectionOf(writer.putWrites(at('id-1'), [['log', 'waiting']], 'task'));
    writer.close();
    expect(await waiting).toBeInstanceOf(LeaseLostError);
    expect(await bothWrites(writer)).toEqual(LOST);
    expect(await contentOf(checkpoints)).toEqual([['id-1', []]]);
  });

  it('stores nothing into another thread, and cannot delete', async () => {
    const checkpoints = open();
    await acquired(checkpoints, { thread: 'u' });
    const writer = await acquired(checkpoints);
    const elsewhere = at(undefined, '', 'u');
    await expect(
      writer.put(elsewhere, checkpoint('id-1'), { source: 'loop', step: 0, parents: {} }, {}),
    ).rejects.toThrow('the writer of thread t cannot write thread u');
    await expect(writer.putWrites(at('id-1', '', 'u'), [['log', 1]], 'task')).rejects.toThrow(
      /cannot write thread u/,
    );
    await expect(writer.deleteThread('t')).rejects.toThrow(/only reads/);
    expect(await collect(checkpoints.reader.list({}))).toEqual([]);
  });
});

describe('a put', () => {
  it('of the input is on disk once all is said to be stored', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await putInput(writer, 'id-1');
    await writer.stored();
    expect(await contentOf(checkpoints)).toEqual([['id-1', []]]);
  });

  it('of the input is refused to a stale owner with what follows it', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await checkpoints.acquire(leaseOf('t', 2));
    await putInput(writer, 'id-1');
    expect(await rejectionOf(writer.stored())).toBeInstanceOf(LeaseLostError);
    expect(await bothWrites(writer)).toEqual(LOST);
    expect(await contentOf(checkpoints)).toEqual([]);
  });

  it('leaves nothing when it died before its commit, and all when it died after', async () => {
    const path = temporaryPath();
    let fatal = 'store:before-commit';
    const dying = open({
      path,
      at: (point) => {
        if (point === fatal) throw new Error(point);
      },
    });
    const writer = await acquired(dying);
    const lost = await Promise.all([
      rejectionOf(writer.putWrites(at('id-1'), [['log', 1]], 'task')),
      rejectionOf(put(writer, 'id-1')),
    ]);
    expect(lost).toEqual([new Error(fatal), new Error(fatal)]);
    expect(await contentOf(open({ path }))).toEqual([]);
    fatal = 'store:committed';
    await rejectionOf(put(writer, 'id-1'));
    expect(await contentOf(open({ path }))).toEqual([['id-1', []]]);
  });
});

describe('waiting writes', () => {
  const counted = () => {
    const points: string[] = [];
    return { points, checkpoints: open({ at: (point) => points.push(point) }) };
  };

  /** What comes of writes and the checkpoint that follows them in the same turn. */
  const followed = async (writer: CheckpointWriter, { points, checkpoints }: ReturnType<typeof counted>) => {
    const writes = writer.putWrites(at('id-1'), [['log', 1]], 'task');
    await Promise.all([writes, put(writer, 'id-2', { parent: 'id-1' })]);
    return { points, content: await contentOf(checkpoints) };
  };
  const IN_ONE_COMMIT = {
    points: ['store:before-commit', 'store:committed'],
    content: [
      ['id-2', []],
      ['id-1', [['task', 'log', 1]]],
    ],
  };

  it('share the transaction of the checkpoint put in the same turn', async () => {
    const { points, checkpoints } = counted();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    points.length = 0;
    expect(await followed(writer, { points, checkpoints })).toEqual(IN_ONE_COMMIT);
  });

  it('are stored without a checkpoint to follow, before their promise is kept', async () => {
    const { points, checkpoints } = counted();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    points.length = 0;
    const writes = writer.putWrites(at('id-1'), [['log', 1]], 'task').then(() => points.push('kept'));
    await Promise.all([writes, writer.putWrites(at('id-1'), [['log', 2]], 'task-2')]);
    expect(points).toEqual(['store:before-commit', 'store:committed', 'kept']);
  });

  it('share it with the checkpoint of the input, which nobody waits for', async () => {
    const { points, checkpoints } = counted();
    const writer = await acquired(checkpoints);
    points.length = 0;
    await putInput(writer, 'id-1');
    expect(points).toEqual([]);
    expect(await followed(writer, { points, checkpoints })).toEqual(IN_ONE_COMMIT);
  });

  it('are seen by reads of the writer at once', async () => {
    const writer = await acquired(open());
    await put(writer, 'id-1');
    const first = writer.putWrites(at('id-1'), [['log', 1]], 'a');
    expect((await writer.getTuple(at()))?.pendingWrites).toEqual([['a', 'log', 1]]);
    const second = writer.putWrites(at('id-1'), [['log', 2]], 'b');
    expect((await collect(writer.list(at())))[0]?.pendingWrites).toHaveLength(2);
    await Promise.all([first, second]);
  });

  it('are not committed before the end of the turn for another run that begins to read', async () => {
    const { points, checkpoints } = counted();
    const writer = await acquired(checkpoints);
    const beginning = await acquired(checkpoints, { thread: 'u' });
    points.length = 0;
    const stored = [put(writer, 'id-1')];
    await Promise.all([beginning.getTuple(at(undefined, '', 'u')), beginning.stored()]);
    expect(points).toEqual([]);
    stored.push(putInput(beginning, 'id-2', 'u'));
    await Promise.all(stored);
    expect(points).toEqual(['store:before-commit', 'store:committed']);
  });

  it('are not lost to a checkpoint that cannot be stored', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    const writes = writer.putWrites(at('id-1'), [['log', 1]], 'task');
    const unstorable = { source: 'loop' as const, step: 0, parents: {} };
    await rejectionOf(writer.put(at('id-1'), checkpoint('id-2', { n: 1n }), unstorable, {}));
    await writes;
    expect(await contentOf(checkpoints)).toEqual([['id-1', [['task', 'log', 1]]]]);
  });
});

describe('deleting a thread', () => {
  it('refuses a late put, which leaves no orphan', async () => {
    const checkpoints = open();
    const writer = await acquired(checkpoints);
    const other = await acquired(checkpoints, { thread: 'u' });
    await put(writer, 'id-1');
    await put(writer, 'id-2', { ns: 'sub' });
    await other.put(at(undefined, '', 'u'), checkpoint('kept'), { source: 'loop', step: 0, parents: {} }, {});
    await writer.putWrites(at('id-1'), [['log', 'stored']], 'earlier');
    const waiting = rejectionOf(writer.putWrites(at('id-1'), [['log', 'waiting']], 'task'));
    await checkpoints.deleteThread('t');
    expect(await waiting).toBeInstanceOf(LeaseLostError);
    expect(await bothWrites(writer)).toEqual(LOST);
    expect(await idsOf(checkpoints.reader.list({}))).toEqual(['kept']);
    await put(await acquired(checkpoints, { fence: 2 }), 'id-1');
    expect(await contentOf(checkpoints)).toEqual([['id-1', []]]);
  });

  it('happens wholly or not at all', async () => {
    const path = temporaryPath();
    const checkpoints = open({ path });
    const writer = await acquired(checkpoints);
    await put(writer, 'id-1');
    const dying = open({
      path,
      at: (point) => {
        if (point === 'delete-thread:before-commit') throw new Error(point);
      },
    });
    await expect(dying.deleteThread('t')).rejects.toThrow('delete-thread:before-commit');
    await put(writer, 'id-2');
    expect(await idsOf(checkpoints.reader.list(at()))).toEqual(['id-2', 'id-1']);
  });
});

describe("a run's progress", () => {
  it('has advanced only with a root checkpoint of its own', async () => {
    const checkpoints = open();
    const progress = (runId: string) => checkpoints.progress({ threadId: 't', runId });
    await put(await acquired(checkpoints, { runId: 'earlier' }), 'id-1');
    const writer = await acquired(checkpoints, { fence: 2, runId: 'run' });
    await put(writer, 'id-2', { ns: 'sub' });
    await writer.putWrites(at('id-1'), [['log', 1]], 'task');
    expect(await progress('run')).toEqual({ advanced: false, answered: false, raised: [] });
    await put(writer, 'id-3');
    expect(await progress('run')).toEqual({ advanced: true, answered: false, raised: [] });
    expect(await checkpoints.progress({ threadId: 'u', runId: 'run' })).toEqual({
      advanced: false,
      answered: false,
      raised: [],
    });
  });

  it('names the interrupts it raised in any namespace, and none of another run', async () => {
    const checkpoints = open();
    const earlier = await acquired(checkpoints, { runId: 'earlier' });
    await put(earlier, 'id-1');
    await earlier.putWrites(at('id-1'), [['__interrupt__', { id: 'x', value: 1 }]], 'task');
    const writer = await acquired(checkpoints, { fence: 2, runId: 'run' });
    await writer.putWrites(at('id-1'), [['__interrupt__', [{ id: 'a' }, { id: 'b' }]]], 'task-2');
    await writer.putWrites(at('id-1', 'sub|x'), [['__interrupt__', { id: 'c', value: undefined }]], 'task-3');
    await writer.putWrites(at('id-1'), [['log', { id: 'no-interrupt' }]], 'task-4');
    const { raised } = await checkpoints.progress({ threadId: 't', runId: 'run' });
    expect(raised.toSorted()).toEqual(['a', 'b', 'c']);
  });
});
