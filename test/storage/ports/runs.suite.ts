import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUN_STATES } from '../../../src/model/run-state.ts';
import type { Run } from '../../../src/model/run.ts';
import type { LogKind } from '../../../src/model/session-log.ts';
import type { Storage } from '../../../src/storage/ports.ts';
import { assistant, AT, run, scopePause, thread } from './records.ts';
import type { OpenStorage } from './suite.ts';

const NEVER = Number.MAX_SAFE_INTEGER;

/** What every backend's `RunStore`, `AssistantStore` and `SessionLog` must do. */
export const runSuite = (open: OpenStorage): void => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  const line = async (...states: Partial<Run>[]): Promise<Run[]> => {
    const { threadId, ...rest } = thread();
    const runs = states.map((of) => run(threadId, of));
    await storage.transaction(async (ledger) => {
      await ledger.threads.insert({ threadId, ...rest });
      for (const each of runs) await ledger.runs.insert(each);
    });
    return runs;
  };
  const move = async (input: Parameters<Storage['runs']['move']>[0]) =>
    (await storage.transaction((l) => l.runs.move(input))) !== undefined;
  const due = async (threadId: string) =>
    (await storage.runs.due(1000)).filter((job) => job.threadId === threadId);

  describe('runs', () => {
    it('gives back a run as it was stored', async () => {
      const [created] = await line({
        failure: { reason: 'graph_error', error: 'Error', message: 'no' },
        metadata: { a: 1 },
      });
      expect(await storage.runs.get(created!.runId)).toEqual(created);
    });

    it('moves a run only from the state it is in', async () => {
      const [created] = await line({});
      const input = { runId: created!.runId, from: 'pending', to: 'running', at: AT } as const;
      expect([await move(input), await move(input)]).toEqual([true, false]);
    });

    it('moves a run only for the lease that owns its thread', async () => {
      const [created] = await line({});
      const { threadId, runId } = created!;
      const lease = await storage.transaction((l) =>
        l.threads.claim({ threadId, runId, token: randomUUID(), owner: 'w', expiresAt: 1 }),
      );
      const input = { runId, from: 'pending', to: 'running', at: AT } as const;
      expect(await move({ ...input, lease: { ...lease!, token: 'stale' } })).toBe(false);
      expect(await move({ ...input, lease: { ...lease!, fence: lease!.fence - 1 } })).toBe(false);
      expect(await move({ ...input, lease: lease! })).toBe(true);
    });

    it('are told to who holds their thread, and to nobody else', async () => {
      const [first, second] = await line({}, {});
      const { threadId, runId } = first!;
      const lease = (await storage.transaction((l) =>
        l.threads.claim({ threadId, runId, token: randomUUID(), owner: 'w', expiresAt: 1 }),
      ))!;
      const held = await storage.runs.unfinishedOf(lease);
      expect(held?.map((each) => each.runId)).toEqual([runId, second!.runId]);
      expect(await storage.runs.unfinishedOf({ ...lease, token: 'stale' })).toBeUndefined();
      await storage.transaction((l) => l.threads.patch(threadId, { released: true, updatedAt: AT }));
      expect(await storage.runs.unfinishedOf(lease)).toBeUndefined();
      expect(await storage.threads.ownerOf(threadId)).toBeUndefined();
    });

    it('never lets two runs of a thread be held at once', async () => {
      const [first, second] = await line({}, {});
      await move({ runId: first!.runId, from: 'pending', to: 'running', at: AT });
      await expect(move({ runId: second!.runId, from: 'pending', to: 'running', at: AT })).rejects.toThrow();
    });

    it('offers the oldest unfinished run of a thread, and no other', async () => {
      const [first, second] = await line({}, {});
      const offer = () => storage.transaction((l) => l.runs.offerNext(first!.threadId));
      expect((await offer())?.runId).toBe(first!.runId);
      expect(await due(first!.threadId)).toMatchObject([{ runId: first!.runId, threadId: first!.threadId }]);
      await move({ runId: first!.runId, from: 'pending', to: 'running', at: AT });
      expect([await offer(), await due(first!.threadId)]).toEqual([undefined, []]);
      await move({ runId: first!.runId, from: 'running', to: 'success', at: AT });
      expect((await offer())?.runId).toBe(second!.runId);
    });

    it.each(['paused', 'stopped'] as const)('offers nothing behind a run that is %s', async (state) => {
      const [first] = await line({ state }, {});
      expect(await storage.transaction((l) => l.runs.offerNext(first!.threadId))).toBeUndefined();
    });

    it('counts what comes due as waiting from then on', async () => {
      const [later] = await line({ dueMs: 5 });
      await storage.transaction((l) => l.runs.promote(7));
      expect(await storage.runs.get(later!.runId)).toMatchObject({
        dueMs: 0,
        since: new Date(7).toISOString(),
      });
    });

    it('leaves what has ended or rests before it came due as it was', async () => {
      const [cancelled, paused] = await line({ dueMs: 5, state: 'cancelled' }, { dueMs: 5, state: 'paused' });
      await storage.transaction((l) => l.runs.promote(7));
      expect(await storage.runs.get(cancelled!.runId)).toMatchObject({ since: AT });
      expect(await storage.runs.get(paused!.runId)).toMatchObject({ dueMs: 0, since: AT });
    });

    it('finds the runs whose assistant is gone, until they are told to end', async () => {
      const kept = assistant();
      await storage.transaction((l) => l.assistants.insert(kept));
      const [left] = await line(
        { state: 'paused' },
        { desired: 'cancel' },
        { assistantId: kept.assistantId },
        { state: 'success' },
      );
      const { runId, threadId } = left!;
      const found = await storage.runs.orphans();
      expect(found.filter((job) => job.threadId === threadId)).toEqual([{ runId, threadId }]);
    });

    it('offers what comes due neither in the middle of another run nor beside one that is offered', async () => {
      const offer = (threadId: string) => storage.transaction((l) => l.runs.offerNext(threadId));
      const later: Partial<Run> = { dueMs: 5 };
      const [of, paused] = await line(later, { state: 'paused', attempt: 1 });
      const [lost, begun] = await line(later, { attempt: 1 });
      const [late, waits] = await line(later, {});
      expect((await offer(late!.threadId))?.runId).toBe(waits!.runId);
      await storage.transaction((l) => l.runs.promote(5));
      expect(await offer(of!.threadId)).toBeUndefined();
      expect((await storage.runs.unfinished(of!.threadId))[0]!.runId).toBe(paused!.runId);
      expect((await offer(lost!.threadId))?.runId).toBe(begun!.runId);
      expect((await offer(late!.threadId))?.runId).toBe(waits!.runId);
      expect(await due(late!.threadId)).toMatchObject([{ runId: waits!.runId }]);
    });

    it('lists unfinished runs oldest first and all runs newest first, by state', async () => {
      const runs = await line(
        ...RUN_STATES.filter((state) => state !== 'pausing').map((state) => ({ state })),
      );
      const { threadId } = runs[0]!;
      const unfinished = (await storage.runs.unfinished(threadId)).map(({ state }) => state);
      expect(unfinished).toEqual(['running', 'paused', 'stopped', 'pending']);
      const listed = await storage.runs.list({ threadId, limit: 2, offset: 1 });
      expect(listed.map(({ runId }) => runId)).toEqual(
        runs
          .toReversed()
          .slice(1, 3)
          .map(({ runId }) => runId),
      );
      const [failed] = await storage.runs.list({ threadId, states: ['error'], limit: 5, offset: 0 });
      expect(failed?.state).toBe('error');
    });

    it("keeps an operator's word only while the run can hear it", async () => {
      const [created] = await line({ state: 'running' });
      const word = (whileIn: Run['state'][]) =>
        storage.transaction((l) =>
          l.runs.setDesired({ runId: created!.runId, desired: 'cancel', whileIn, reason: 'why' }),
        );
      expect([await word(['pausing']), await word(['running', 'pausing'])]).toEqual([false, true]);
      expect(await storage.runs.get(created!.runId)).toMatchObject({ desired: 'cancel', reason: 'why' });
    });
  });

  describe('the queue', () => {
    const waiting = async (count: number, lane: string, of: Partial<Run> = {}): Promise<string[]> => {
      const runs = Array.from({ length: count }, () => run(randomUUID(), of));
      for (const each of runs) {
        await storage.transaction(async (ledger) => {
          await ledger.threads.insert(thread({ threadId: each.threadId }));
          await ledger.runs.insert(each, { lane });
          await ledger.runs.offerNext(each.threadId);
        });
      }
      return runs.map(({ runId }) => runId);
    };
    const dueOf = async (...ids: string[]) =>
      (await storage.runs.due(1000)).map(({ runId }) => runId).filter((id) => ids.includes(id));
    const begin = (runId: string) => move({ runId, from: 'pending', to: 'running', at: AT });
    const limit = (assistantId: string, max_running: number | null, priority = 0) =>
      storage.transaction((l) =>
        l.limits.put({ assistantId, limits: { max_running, priority }, by: 'me', at: AT }),
      );

    it('lets lanes take turns, however many wait in one of them', async () => {
      const busy = await waiting(6, 'busy');
      const [other] = await waiting(1, 'other');
      expect((await dueOf(...busy, other!)).slice(0, 2)).toEqual([busy[0], other]);
      await begin(busy[0]!);
      await begin(busy[1]!);
      const [late, later] = await waiting(2, 'late');
      const order = await dueOf(...busy, other!, late!, later!);
      expect(order.indexOf(later!)).toBeLessThan(order.indexOf(busy[4]!));
      expect(order.filter((id) => busy.includes(id))).toEqual(busy.slice(2));
    });

    it('puts what was at work before at the head of its lane', async () => {
      const lane = await waiting(3, 'again');
      const [again] = await waiting(1, 'again', { attempt: 1 });
      expect((await dueOf(...lane, again!)).indexOf(again!)).toBeLessThan(2);
    });

    it('takes the higher priority first, also of what waits already', async () => {
      const [low, high] = [randomUUID(), randomUUID()];
      await limit(high, null, 5);
      const first = await waiting(2, 'low', { assistantId: low });
      const urgent = await waiting(2, 'high', { assistantId: high });
      expect(await dueOf(...first, ...urgent)).toEqual([...urgent, ...first]);
      await limit(low, null, 9);
      expect(await dueOf(...first, ...urgent)).toEqual([...first, ...urgent]);
      await storage.transaction((l) => l.limits.remove(low));
      expect(await dueOf(...first, ...urgent)).toEqual([...urgent, ...first]);
    });

    it('has a run that is the first of its thread in the same place when it is offered as it is stored', async () => {
      const lane = await waiting(2, 'lane');
      const at = async (of: Partial<Run>) => {
        const { threadId, ...rest } = thread();
        const first = run(threadId, of);
        const offered = await storage.transaction(async (ledger) => {
          await ledger.threads.insert({ threadId, ...rest });
          return ledger.runs.insert(first, { lane: 'lane', first: true });
        });
        return { runId: first.runId, offered };
      };
      const now = await at({});
      const later = await at({ dueMs: NEVER });
      const after = await waiting(1, 'lane');
      expect([now.offered, later.offered]).toEqual([true, false]);
      expect(await dueOf(...lane, now.runId, later.runId, ...after)).toEqual([...lane, now.runId, ...after]);
    });

    it('takes out what paused scopes hold back and puts back what is in turn: never what is not due', async () => {
      const runs = {
        alone: await line({ dueMs: NEVER }),
        behind: await line({ dueMs: NEVER }, {}, {}),
        begun: await line({}, { attempt: 1 }),
        paused: await line({ dueMs: NEVER }, { state: 'paused', attempt: 1 }, {}),
      };
      const threads = Object.values(runs).map(([first]) => first!.threadId);
      const queued = async () => (await Promise.all(threads.map(due))).flat().map(({ runId }) => runId);
      const inTurn = [runs.behind[1]!.runId, runs.begun[1]!.runId];
      for (const threadId of threads) await storage.transaction((l) => l.runs.offerNext(threadId));
      expect(await queued()).toEqual(inTurn);
      const pause = scopePause();
      await storage.transaction(async (l) => {
        await l.scopes.insert(pause);
        await l.scopes.requeue();
      });
      expect(await queued()).toEqual([]);
      await storage.transaction(async (l) => {
        await l.scopes.end(pause.scopePauseId, { actor: 'me', at: AT });
        await l.scopes.requeue();
      });
      expect(await queued()).toEqual(inTurn);
    });

    it('says of a run what its claim has to know, and of a thread what a launch has to', async () => {
      const [runId] = await waiting(1, 'look');
      const looked = async () => {
        const found = await storage.runs.claimable(runId!);
        const { thread: on, stopped, hasAssistant } = await storage.threads.toLaunchOn(found!.run);
        const { heldBack, limited } = found!;
        return { heldBack, limited, stopped, hasAssistant, threadId: on?.threadId };
      };
      const { threadId, assistantId } = (await storage.runs.get(runId!))!;
      const free = { heldBack: false, limited: false, stopped: false, hasAssistant: false, threadId };
      expect(await looked()).toEqual(free);
      await limit(assistantId, 3);
      expect(await looked()).toEqual({ ...free, limited: true });
      const stop = { stopId: randomUUID(), scope: { threadId }, reason: 'why', requestedBy: 'me' };
      await storage.transaction((l) =>
        l.stops.insert({ ...stop, createdAt: AT, releasedAt: null, releasedBy: null, requestHash: null }),
      );
      expect(await looked()).toEqual({ ...free, limited: true, heldBack: true, stopped: true });
      const nowhere = { threadId: randomUUID(), assistantId };
      expect(await storage.threads.toLaunchOn(nowhere)).toMatchObject({ thread: undefined, stopped: false });
    });

    it('notes where a stopped run rests until it is confirmed to be down, and answers where its latest stop left it', async () => {
      const [runId] = await waiting(1, 'stopped');
      const { threadId } = (await storage.runs.get(runId!))!;
      const worker = randomUUID();
      const rests = (sha256: string) =>
        storage.transaction((l) => l.stops.rests(runId!, { checkpointId: 'c', sha256 }));
      const stop = (createdAt: string) => {
        const stopId = randomUUID();
        const [of, open] = [{ scope: { threadId }, reason: 'why', requestedBy: 'me' }, { releasedAt: null }];
        return storage.transaction(async (l) => {
          await l.stops.insert({ stopId, ...of, createdAt, ...open, releasedBy: null, requestHash: null });
          await l.stops.cover(stopId, { runId: runId!, threadId, worker, confirmedAt: null });
        });
      };
      await stop('2026-01-01T00:00:00.000Z');
      expect(await storage.stops.unconfirmedOf(worker)).toEqual([{ runId, threadId }]);
      expect(await storage.stops.stoppedAt(runId!)).toBeUndefined();
      await rests('first');
      await storage.transaction((l) => l.stops.confirm(worker, AT));
      await rests('late');
      expect(await storage.stops.stoppedAt(runId!)).toEqual({ checkpointId: 'c', sha256: 'first' });
      expect(await storage.stops.unconfirmedOf(worker)).toEqual([]);
      await stop('2026-01-02T00:00:00.000Z');
      expect(await storage.stops.stoppedAt(runId!)).toBeUndefined();
    });

    it('leaves out an assistant that has as many at work as it may', async () => {
      const assistantId = randomUUID();
      await limit(assistantId, 2);
      const runs = await waiting(4, 'limited', { assistantId });
      const enter = () => storage.transaction((l) => l.limits.enter(assistantId));
      expect([(await dueOf(...runs)).length, await enter()]).toEqual([4, 'room']);
      await begin(runs[0]!);
      await begin(runs[1]!);
      expect([await dueOf(...runs), await enter()]).toEqual([[], 'full']);
      await move({ runId: runs[0]!, from: 'running', to: 'success', at: AT });
      expect([await dueOf(...runs), await enter()]).toEqual([[runs[2], runs[3]], 'room']);
      expect(await storage.transaction((l) => l.limits.enter(randomUUID()))).toBe('none');
    });
  });

  describe('assistants', () => {
    it('are stored once and found by graph, name and metadata', async () => {
      const created = assistant({ name: 'Ünique Name', metadata: { team: 'x' } });
      expect(await storage.transaction((l) => l.assistants.insert(created))).toBe(true);
      expect(await storage.transaction((l) => l.assistants.insert(created))).toBe(false);
      expect(await storage.assistants.get(created.assistantId)).toEqual(created);
      const search = { limit: 10, offset: 0, sortBy: 'name', sortOrder: 'asc' } as const;
      expect(
        (await storage.assistants.search({ ...search, name: 'nique n', metadata: { team: 'x' } })).items,
      ).toEqual([created]);
      expect((await storage.assistants.search({ ...search, name: 'ünique NAME' })).items).toEqual([created]);
      expect((await storage.assistants.search({ ...search, name: '%' })).items).toEqual([]);
    });
  });

  describe('session log', () => {
    it('is read in the order it was written', async () => {
      const [created] = await line({});
      const { threadId, runId } = created!;
      const entry = (kind: LogKind) => ({
        threadId,
        runId,
        at: AT,
        actor: 'user',
        kind,
        from: null,
        to: null,
        detail: { kind },
      });
      const kinds: LogKind[] = ['launch', 'claim', 'finish'];
      for (const kind of kinds) await storage.transaction((l) => l.log.append(entry(kind)));
      expect(await storage.log.read(threadId)).toEqual(kinds.map(entry));
    });
  });
};
