import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReceiveEvent, createSpreadEvents } from '../../src/lifecycle/receive-event.ts';
import { createReceiveHook } from '../../src/lifecycle/receive-hook.ts';
import type { Resumer } from '../../src/lifecycle/resume-fired.ts';
import { createBeginWait } from '../../src/lifecycle/wait-for-events.ts';
import { createWatchChanges } from '../../src/lifecycle/watch-changes.ts';
import { createEffectLedger } from '../../src/storage/ledger/effects.ts';
import { startDatabaseClock } from '../../src/storage/postgres/database-clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open.ts';
import { openPool } from '../../src/storage/postgres/pool.ts';
import { createTransactions } from '../../src/storage/postgres/transactions.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { EffectIntent } from '../../src/storage/effects.ts';
import type { Ledger, Storage } from '../../src/storage/ports.ts';
import { openLifecycle, type Lifecycle } from '../lifecycle/bench.ts';
import { deferred } from '../support/deferred.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { assistant, AT, run, stickyDecision, thread } from './ports/records.ts';

describe('transactions on Postgres', () => {
  let server: PostgresServer;
  let url: string;
  let one: Storage;
  let other: Storage;
  let lifecycle: Lifecycle;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.newDatabase();
    [one, other] = await Promise.all([openPostgresStorage({ url }), openPostgresStorage({ url })]);
    lifecycle = await openLifecycle(one);
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

  it('are dated alike by all, also by a node whose connections are busy as it asks what time it is', async () => {
    const pool = openPool({ url, poolSize: 1, onError: () => {} });
    const busy = pool.query('SELECT pg_sleep(2)');
    const clock = await startDatabaseClock(pool, () => {});
    expect(Math.abs(clock.now() - one.clock.now())).toBeLessThan(500);
    await busy;
    clock.close();
    await pool.end();
  });

  it('are told of to who watches, also one that wrote before another and ended after it', async () => {
    const [slow, quick] = [await insert(), await insert()];
    const [watching, written, goOn] = [deferred<void>(), deferred<void>(), deferred<void>()];
    const end = async () => one.log.end().finally(watching.resolve);
    const stop = new AbortController();
    const changes = createWatchChanges({ storage: { ...one, log: { ...one.log, end } } })(stop.signal);
    const told = async () => (await changes.next()).value?.threads ?? [];
    const first = told();
    await watching.promise;
    const line = {
      runId: null,
      at: AT,
      actor: 'user',
      kind: 'launch' as const,
      from: null,
      to: null,
      detail: null,
    };
    const late = one.transaction(async (ledger) => {
      await ledger.log.append({ ...line, threadId: slow });
      written.resolve();
      await goOn.promise;
    });
    await written.promise;
    await other.transaction((ledger) => ledger.log.append({ ...line, threadId: quick }));
    expect(await first).toEqual([quick]);
    goOn.resolve();
    await late;
    expect(await told()).toEqual([slow]);
    stop.abort();
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

  /** Resolves when a transaction is held up by another. */
  const heldUp = async (): Promise<void> => {
    for (;;) {
      const { rows } = await sql`SELECT 1 FROM pg_locks WHERE NOT granted`.execute(other.connection);
      if (rows.length > 0) return;
    }
  };

  it('that are exclusive wait for a process that stands still in the middle of another until the server ends that', async () => {
    const standing = new pg.Client({ connectionString: url });
    await standing.connect();
    await standing.query('BEGIN; LOCK TABLE holdpoint.writers IN ACCESS SHARE MODE');
    setTimeout(() => void standing.end(), 11_000); // a second before the server would have
    const threadId = thread().threadId;
    await one.transaction((ledger) => ledger.threads.insert({ ...thread(), threadId }), { exclusive: true });
    expect(await other.threads.get(threadId)).toMatchObject({ threadId });
  });

  it('that are exclusive wait for a connection for longer than others do', async () => {
    const pool = openPool({ url, poolSize: 1, onError: () => {} });
    const transaction = createTransactions(pool);
    const busy = pool.query('SELECT pg_sleep(6)');
    const work = () => Promise.resolve('done');
    const [others, exclusive] = await Promise.allSettled([
      transaction(work, { flush: true, exclusive: false }),
      transaction(work, { flush: true, exclusive: true }),
    ]);
    expect([others.status, exclusive]).toEqual(['rejected', { status: 'fulfilled', value: 'done' }]);
    await busy;
    await pool.end();
  });

  it('that begin to wait for an event and that spread it see each other: the wait ends', async () => {
    const { deps, claim, launch, newThread, requestPause } = lifecycle;
    const { run: waits } = await claim(await launch(await newThread()));
    const begun = deferred<void>();
    const goOn = deferred<void>();
    const beginWait = createBeginWait({
      ...deps,
      requestPause: ({ within, ...asked }) =>
        requestPause({
          ...asked,
          within: async (ledger, pause) => {
            begun.resolve();
            await goOn.promise;
            await within?.(ledger, pause);
          },
        }),
    });
    const sinceMs = Date.parse(AT);
    const waiting = beginWait(waits, [{ key: 'k', event: 'paid', match: {}, sinceMs, expiresMs: null }]);
    await begun.promise;
    await createReceiveEvent(deps)({ eventId: 'paid-1', type: 'paid', data: { n: 1 } });
    const spreading = createSpreadEvents(deps)();
    await Promise.race([spreading, heldUp()]);
    goOn.resolve();
    await Promise.all([waiting, spreading]);
    const { pauseId } = (await one.pauses.current(waits.threadId))!;
    expect(await one.fires.get(pauseId)).toMatchObject({ trigger: 'event', data: { n: 1 } });
  });

  it('that meet all that a pause waits for see each other: it is resumed', async () => {
    const { deps, launch, newThread, pause } = lifecycle;
    const { threadId } = await launch(await newThread());
    const resumeWhen = { all: [{ type: 'webhook' as const }, { type: 'event' as const, event: 'both' }] };
    const { pause: waits, resumeToken } = await pause(threadId, { resumeWhen });
    let done = 0;
    const bothDone = deferred<void>();
    const transaction: Storage['transaction'] = (work, options) =>
      one.transaction(async (ledger) => {
        const answer = await work(ledger);
        if (options?.exclusive) return answer;
        if (++done === 2) bothDone.resolve();
        await Promise.race([bothDone.promise, heldUp()]);
        return answer;
      }, options);
    const together = { ...deps, storage: { ...one, transaction } };
    const resumer = { resumeNow: () => Promise.resolve(null) } as Partial<Resumer> as Resumer;
    await createReceiveEvent(deps)({ eventId: 'both-1', type: 'both', data: {} });
    await Promise.all([
      createReceiveHook({ ...together, resumer })({ token: resumeToken!, body: {} }),
      createSpreadEvents(together)(),
    ]);
    expect(await one.fires.get(waits.pauseId)).toBeDefined();
  });

  it('that decide over an effect come before or after a worker takes its thread', async () => {
    const { deps, claim, launch, newThread } = lifecycle;
    const { run: asked, lease } = await claim(await launch(await newThread()));
    const { threadId, runId } = asked;
    const intent: EffectIntent = {
      threadId,
      runId,
      key: 'k',
      name: 'pay',
      checkpointNs: '',
      taskId: 't',
      toolCallId: null,
      onInDoubt: 'retry',
      intendedAt: AT,
    };
    await one.effects.intend(intent, lease);
    await one.threads.release(lease);
    const looked = deferred<void>();
    const taken = deferred<void>();
    const { resolve } = createEffectLedger({
      ledger: one,
      transaction: (work) =>
        one.transaction((ledger) =>
          work({
            ...ledger,
            threads: {
              ...ledger.threads,
              get: async (id) => {
                const found = await ledger.threads.get(id);
                looked.resolve();
                await taken.promise;
                return found;
              },
            },
          }),
        ),
    });
    const outcome = { state: 'failed' as const, error: 'it has not happened' };
    const resolving = resolve({ threadId, key: 'k', outcome, at: AT, log: () => Promise.resolve() });
    await looked.promise;
    const token = randomUUID();
    const expiresAt = deps.clock.now();
    const beginning = other
      .transaction((ledger) => ledger.threads.claim({ threadId, runId, token, owner: 'late', expiresAt }))
      .then((held) => other.effects.intend(intent, held!));
    await Promise.race([beginning, heldUp()]);
    taken.resolve();
    expect({ resolved: await resolving, begunAnew: (await beginning).fresh }).toEqual({
      resolved: true,
      begunAnew: true,
    });
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
