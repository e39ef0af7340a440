import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NewNotice } from '../../../src/model/notice.ts';
import type { Storage } from '../../../src/storage/ports.ts';
import { approval, AT, run, thread } from './records.ts';
import type { OpenStorage } from './suite.ts';

const target = (assistantId: string | null) => ({
  targetId: randomUUID(),
  assistantId,
  channel: 'webhook' as const,
  address: 'https://example.com/hook',
  events: ['question' as const],
  createdBy: 'ann',
  createdAt: AT,
});

const push = (threadId: string) => ({
  taskId: randomUUID(),
  threadId,
  configId: 'a',
  url: 'https://example.com/push',
  token: null,
  authentication: { scheme: 'Bearer', credentials: 'x' },
  protocol: '1.0',
  createdAt: AT,
});

const add = (storage: Storage, notice: Omit<NewNotice, 'at'>) =>
  storage.transaction((ledger) => ledger.notices.add({ at: AT, ...notice }));

/** What is told of outside, and whom. */
export const noticeSuite = (open: OpenStorage): void => {
  describe('the questions of a thread', () => {
    it('are found from either end, with the runs that carried answers to them', async () => {
      const storage = await open();
      const { threadId } = thread();
      const answer = { decision: {}, answerHash: '', by: 'ann', at: AT, via: 'wire' as const, runId: 'next' };
      const first = approval({ threadId, runId: 'root', status: 'decided', open: false, decided: answer });
      const same = approval({ ...first, approvalId: randomUUID(), ordinal: 1 });
      const last = approval({ threadId, runId: 'next', createdAt: '2026-01-02T00:00:00.000Z' });
      await storage.transaction(async (ledger) => {
        await ledger.threads.insert(thread({ threadId }));
        for (const each of [first, same, last, approval({ decided: answer })])
          await ledger.approvals.insert(each);
      });
      const ids = async (newestFirst: boolean) =>
        (await storage.approvals.search({ threadId, newestFirst, limit: 3, offset: 0 })).items.map(
          ({ approvalId }) => approvalId,
        );

      expect(await storage.approvals.carriers(threadId)).toEqual([{ askedBy: 'root', runId: 'next' }]);
      expect((await ids(true))[0]).toBe(last.approvalId);
      expect(await ids(true)).toEqual((await ids(false)).toReversed());
    });
  });

  describe('the events of a thread that another launched', () => {
    it('are of the parent alone, each once, and there are none where there is no parent', async () => {
      const storage = await open();
      const parent = randomUUID();
      const more = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, index]));
      const child = thread({ metadata: { ...more, parent_thread_id: parent } });
      const orphan = thread();
      await storage.transaction(async (ledger) => {
        for (const one of [child, orphan]) await ledger.threads.insert(one);
        for (const { threadId } of [child, orphan, child])
          await ledger.externalEvents.insertForParent({
            threadId,
            eventId: `children:${threadId}`,
            data: { state: 'paused' },
            receivedMs: 7,
          });
      });
      expect(await storage.externalEvents.since({ type: `children.${parent}`, fromMs: 7, limit: 9 })).toEqual(
        [expect.objectContaining({ eventId: `children:${child.threadId}`, data: { state: 'paused' } })],
      );
      const told = { eventId: `children:${child.threadId}`, receivedMs: 7 };
      await storage.transaction((ledger) => ledger.externalEvents.saw(told, 'done'));
      expect(await storage.externalEvents.open()).toBeUndefined();
    });
  });

  describe('an event', () => {
    it('is known again by the id it is read with, also where that is cut inside a character', async () => {
      const storage = await open();
      const event = { type: 'x', data: null, receivedMs: 7 };
      const { externalEvents: events } = storage;
      await storage.transaction((ledger) =>
        ledger.externalEvents.insert({ ...event, eventId: `order-${'\ud83d'}` }),
      );
      const read = await events.open();
      expect(await events.saw({ eventId: read?.eventId ?? '', receivedMs: 7 }, 'done')).toBe(true);
      expect(await events.open()).toBeUndefined();
      expect(await events.saw({ eventId: 'another', receivedMs: 7 }, 'done')).toBe(false);
    });
  });

  describe('notices', () => {
    it('are written only where somebody is to be told: people of pauses, agents of all that becomes of a task', async () => {
      const storage = await open();
      const threadId = randomUUID();
      const ended = { kind: 'run' as const, threadId, runId: randomUUID(), state: 'success' as const };
      const paused = { ...ended, state: 'paused' as const };
      const asked = { kind: 'question' as const, threadId, subjectId: 'q', detail: { n: 1 } };
      for (const notice of [ended, paused, asked]) await add(storage, notice);
      expect(await storage.notices.waiting(10)).toEqual([]);
      await storage.transaction((ledger) => ledger.targets.insert(target(null)));
      for (const notice of [ended, paused, asked]) await add(storage, notice);
      const told = await storage.notices.waiting(10);
      expect(told).toMatchObject([
        { kind: 'run', state: 'paused', assistantId: null },
        { kind: 'question', subjectId: 'q', detail: { n: 1 }, at: AT },
      ]);
      await storage.transaction((ledger) => ledger.pushConfigs.put(push(threadId)));
      await add(storage, ended);
      expect((await storage.notices.waiting(10)).at(-1)).toMatchObject({ kind: 'run', state: 'success' });
    });

    it('are taken by one, and their numbers are never used again', async () => {
      const storage = await open();
      await storage.transaction((ledger) => ledger.targets.insert(target(null)));
      await add(storage, { kind: 'emergency_stop', subjectId: 's' });
      const [first] = await storage.notices.waiting(10);
      const taken = [1, 2].map(() => storage.transaction((ledger) => ledger.notices.take(first?.seq ?? 0)));
      expect((await Promise.all(taken)).filter(Boolean)).toHaveLength(1);
      await add(storage, { kind: 'emergency_stop', subjectId: 's' });
      const [second] = await storage.notices.waiting(10);
      expect(second?.seq).toBeGreaterThan(first?.seq ?? Infinity);
    });

    it('find those who are told of everything and those of one assistant, and push configs by task', async () => {
      const storage = await open();
      const [all, one] = [target(null), target('one')];
      await storage.transaction(async (ledger) => {
        await ledger.targets.insert(all);
        await ledger.targets.insert(one);
      });
      expect(await storage.targets.concerning('another')).toEqual([all]);
      expect(new Set(await storage.targets.concerning('one'))).toEqual(new Set([all, one]));
      expect(await storage.targets.list({ assistantId: 'one', limit: 5, offset: 0 })).toEqual({
        items: [one],
        total: 1,
      });
      const config = push(randomUUID());
      await storage.transaction((ledger) => ledger.pushConfigs.put(config));
      const changed = { ...config, token: 't', authentication: null };
      await storage.transaction((ledger) => ledger.pushConfigs.put(changed));
      expect(await storage.pushConfigs.ofTask(config.taskId)).toEqual([changed]);
      expect(await storage.pushConfigs.ofThread(config.threadId)).toEqual([changed]);
    });

    it('list the runs of an assistant that carry no answer, the last changed first', async () => {
      const storage = await open();
      const { threadId } = thread();
      const assistantId = randomUUID();
      const older = run(threadId, { assistantId, state: 'success', updatedAt: '2026-01-01T00:00:01.000Z' });
      const newer = run(threadId, { assistantId, state: 'error', updatedAt: '2026-01-01T00:00:02.000Z' });
      await storage.transaction(async (ledger) => {
        await ledger.threads.insert(thread({ threadId }));
        await ledger.runs.insert(older);
        await ledger.runs.insert(newer);
        await ledger.runs.insert(run(threadId));
      });
      const page = { assistantId, limit: 10, offset: 0 };
      const found = await storage.runs.roots(page);
      expect(found.items.map(({ runId }) => runId)).toEqual([newer.runId, older.runId]);
      const one = await storage.runs.roots({ ...page, states: ['success'], threadId });
      expect(one).toMatchObject({ items: [{ runId: older.runId }], total: 1 });
    });
  });
};
