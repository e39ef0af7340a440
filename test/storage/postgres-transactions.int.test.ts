import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStorage } from '../../src/storage/postgres/open.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Ledger, Storage } from '../../src/storage/ports.ts';
import { deferred } from '../support/deferred.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { assistant, run, stickyDecision, thread } from './ports/records.ts';

describe('transactions on Postgres', () => {
  let server: PostgresServer;
  let url: string;
  let one: Storage;
  let other: Storage;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.newDatabase();
    [one, other] = await Promise.all([openPostgresStorage({ url }), openPostgresStorage({ url })]);
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await server.stop();
  });

  const insert = async () => {
    const created = thread();
    await one.transaction((ledger) => ledger.threads.insert(created));
    return created.threadId;
  };

  it('that read and then write one thread follow each other: no update is lost', async () => {
    const threadId = await insert();
    const addOne = (storage: Storage) =>
      storage.transaction(async (ledger) => {
        const { metadata } = (await ledger.threads.get(threadId))!;
        const count = Number(metadata['count'] ?? 0) + 1;
        await ledger.threads.patch(threadId, { metadata: { count }, updatedAt: '2026' });
      });
    await Promise.all(Array.from({ length: 30 }, (_, i) => addOne(i % 2 ? one : other)));
    expect((await one.threads.get(threadId))?.metadata).toEqual({ count: 30 });
  });

  it('let one of many claim a thread', async () => {
    const threadId = await insert();
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : other).transaction((ledger) =>
          ledger.threads.claim({ threadId, runId: null, token: randomUUID(), owner: `w${i}`, expiresAt: 1 }),
        ),
      ),
    );
    expect(claims.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('that add the same thing at once follow each other: each finds what the one before it added', async () => {
    const shared = assistant();
    await one.transaction((ledger) => ledger.assistants.insert(shared));
    const eight = <T>(work: (ledger: Ledger) => Promise<T>) =>
      Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? one : other).transaction(work)));
    const made = await eight((ledger) => ledger.assistants.putVersion(shared));
    expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const about = { scope: 'assistant', scopeId: shared.assistantId, tool: 'send' } as const;
    await eight((ledger) => ledger.stickyDecisions.insert(stickyDecision(about)));
    const { assistantId } = shared;
    expect((await one.stickyDecisions.search({ assistantId, limit: 10, offset: 0 })).total).toBe(1);
  });

  it('that add what is there already fail at once', async () => {
    const launched = run(await insert());
    let tries = 0;
    const insertRun = () =>
      one.transaction(async (ledger) => {
        tries++;
        await ledger.runs.insert(launched);
      });
    await insertRun();
    tries = 0;
    await expect(insertRun()).rejects.toMatchObject({ code: '23505' });
    expect(tries).toBe(3);
  });

  it('that are exclusive see all that was written, and hold the others up', async () => {
    const writing = deferred<void>();
    const finish = deferred<void>();
    const id = randomUUID();
    const write = one.transaction(async (ledger) => {
      await ledger.threads.insert(thread({ threadId: id }));
      writing.resolve();
      await finish.promise;
    });
    await writing.promise;
    const exclusive = other.transaction(async (ledger) => ledger.threads.get(id), { exclusive: true });
    finish.resolve();
    await write;
    expect((await exclusive)?.threadId).toBe(id);
  });

  it('leave nothing behind when they fail', async () => {
    const id = randomUUID();
    const failing = one.transaction(async (ledger) => {
      await ledger.threads.insert(thread({ threadId: id }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await other.threads.get(id)).toBeUndefined();
  });

  it('reach the other processes as signals, also after the connection broke', async () => {
    const heard = async (): Promise<string> => {
      const came = deferred<string>();
      const leave = other.signals.subscribe(
        (signal) => signal.kind === 'thread' && came.resolve(signal.threadId),
      );
      const again = setInterval(() => one.signals.publish({ kind: 'thread', threadId: 't' }), 50);
      const threadId = await came.promise;
      clearInterval(again);
      leave();
      return threadId;
    };
    expect(await heard()).toBe('t');
    await server.breakConnections();
    expect(await heard()).toBe('t');
  });

  it('store text that Postgres cannot hold as near to it as it can, and find metadata in it', async () => {
    const id = randomUUID();
    const metadata = { odd: 'a\u0000b', half: '\ud800', plain: 'x', deep: { n: 1, list: [1, 'b'] } };
    await one.transaction((ledger) => ledger.threads.insert(thread({ threadId: id, metadata })));
    const found = async (filter: JsonObject) =>
      (
        await one.threads.search({
          metadata: filter,
          limit: 10,
          offset: 0,
          sortBy: 'created_at',
          sortOrder: 'desc',
        })
      ).items.map(({ threadId }) => threadId);
    expect(await found({ plain: 'x', deep: { n: 1 } })).toEqual([id]);
    expect(await found({ odd: 'a\u0000b' })).toEqual([id]);
    expect(await found({ deep: { list: [1, 'b'] } })).toEqual([id]);
    expect(await found({ deep: { list: [1] } })).toEqual([]);
    expect(await found({ deep: { n: '1' } })).toEqual([]);
    expect((await one.threads.get(id))?.metadata).toEqual(metadata);
  });

  it('go on when an upgrade changes a table whose statements they have prepared', async () => {
    const threadId = await insert();
    const read = () => one.transaction((ledger) => ledger.threads.get(threadId));
    for (const how of [read, () => one.threads.get(threadId)]) {
      await Promise.all([how(), how()]);
      await sql`ALTER TABLE threads ADD COLUMN ${sql.raw(`later_${randomUUID().slice(0, 8)}`)} TEXT`.execute(
        other.connection,
      );
      const found = await Promise.all([how(), how()]);
      expect(found.map((each) => each?.threadId)).toEqual([threadId, threadId]);
    }
  });
});
