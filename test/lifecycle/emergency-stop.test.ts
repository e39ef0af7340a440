import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
import {
  createEmergencyStop,
  createReleaseStop,
  createSweepStops,
} from '../../src/lifecycle/emergency-stop.ts';
import { LeaseLostError, markUnavailable } from '../../src/model/errors.ts';
import type { Signal } from '../../src/storage/ports.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

let lifecycle: Lifecycle;
beforeAll(async () => {
  lifecycle = await openLifecycle();
});
afterAll(() => lifecycle.storage.close());

const running = async () => {
  const launched = await lifecycle.launch(await lifecycle.newThread());
  const claimed = await lifecycle.claim(launched);
  await lifecycle.acquire(claimed.lease);
  return claimed;
};
const stop = (scope: Parameters<ReturnType<typeof createEmergencyStop>>[0]['scope']) =>
  createEmergencyStop(lifecycle.deps)({ scope, reason: 'it sends too much', actor: 'ada' });
const release = (stopId: string) => createReleaseStop(lifecycle.deps)({ stopId, actor: 'ada' });

describe('after an emergency stop returned', () => {
  it('every worker is kept out, also where storage could not be used for a moment after the stop was in force', async () => {
    const claims = [await running(), await running(), await running()];
    const { storage } = lifecycle;
    const { acquire } = storage.checkpoints;
    let failures = 2;
    const spy = vi.spyOn(storage.checkpoints, 'acquire').mockImplementation(async (input) => {
      if (failures-- <= 0) return acquire.call(storage.checkpoints, input);
      const broken = new Error('timeout exceeded when trying to connect');
      markUnavailable(broken);
      throw broken;
    });
    onTestFinished(() => spy.mockRestore());
    const { stop: made, runs } = await stop({ all: true });
    await release(made.stopId);
    expect(runs).toHaveLength(claims.length);
    for (const { lease, run } of claims) {
      const writer = await storage.checkpoints.writer({ lease, runId: run.runId, metadata: {} });
      const config = { configurable: { thread_id: run.threadId, checkpoint_ns: '' } };
      const put = writer.put(config, emptyCheckpoint(), { source: 'loop', step: 0, parents: {} }, {});
      await expect(put).rejects.toThrow(LeaseLostError);
    }
  });

  it('a worker that had the run can write nothing: no checkpoint, no event, no effect, no end', async () => {
    const claimed = await running();
    const { lease, run } = claimed;
    const { threadId, runId } = run;
    const { storage } = lifecycle;
    const writer = await storage.checkpoints.writer({ lease, runId, metadata: {} });
    const put = () =>
      writer.put(
        { configurable: { thread_id: threadId, checkpoint_ns: '' } },
        emptyCheckpoint(),
        { source: 'loop', step: 0, parents: {} },
        {},
      );
    await put();
    const { stop: made } = await stop({ threadId });

    await expect(put()).rejects.toThrow(LeaseLostError);
    const event = { seq: 1, event: 'values', data: '{}', ref: null };
    await expect(storage.events.append({ lease, runId, events: [event] })).rejects.toThrow(LeaseLostError);
    const intent = {
      threadId,
      runId,
      key: 'k',
      name: 'mail',
      checkpointNs: '',
      taskId: 't',
      toolCallId: null,
      onInDoubt: 'hold' as const,
      intendedAt: run.createdAt,
    };
    await expect(storage.effects.intend(intent, lease)).rejects.toThrow(LeaseLostError);
    expect(await lifecycle.settle(claimed, { kind: 'finished' })).toBeUndefined();
    expect(await lifecycle.acquire(lease)).toBe(false);
    expect(await lifecycle.stateOf(run)).toBe('stopped');
    await release(made.stopId);
  });

  it('nothing in scope is launched or claimed until the release, and everything else is', async () => {
    const { run } = await running();
    const { threadId } = run;
    const { stop: made } = await stop({ threadId });
    await expect(lifecycle.launch(threadId, { strategy: 'enqueue' })).rejects.toMatchObject({
      code: 'stopped',
      details: { stop_id: made.stopId },
    });
    expect(await lifecycle.claimRun({ runId: run.runId, owner: 'late' })).toBeUndefined();
    expect(await lifecycle.launch(await lifecycle.newThread())).toMatchObject({ state: 'pending' });
    await release(made.stopId);
    await expect(lifecycle.launch(threadId)).rejects.toMatchObject({ code: 'thread_paused' });
    expect(await lifecycle.stateOf(run)).toBe('stopped');
  });

  it('says of each run in scope whether it is down, and who stopped it in each log', async () => {
    const held = await running();
    const waiting = await lifecycle.launch(await lifecycle.newThread());
    const { stop: made, runs } = await stop({ all: true });
    const confirmed = (runId: string, of = runs) => of.find((each) => each.runId === runId)?.confirmedAt;
    expect(confirmed(held.run.runId)).toBeNull();
    expect(confirmed(waiting.runId)).not.toBeNull();
    for (const { threadId } of [held.run, waiting]) {
      const line = (await lifecycle.storage.log.read(threadId)).at(-1);
      expect(line).toMatchObject({
        kind: 'stop',
        actor: 'ada',
        to: 'stopped',
        detail: { stop_id: made.stopId, reason: 'it sends too much' },
      });
    }
    await release(made.stopId);
  });

  it('ends the workers that had its runs a second later, and confirms them when they are gone', async () => {
    const held = await running();
    const { stop: made } = await stop({ threadId: held.run.threadId });
    const alive = [{ id: lifecycle.owner }];
    const killed: string[] = [];
    const sweep = (later: number) =>
      createSweepStops({
        ...lifecycle.deps,
        clock: { now: () => lifecycle.deps.clock.now() + later },
        workers: { list: async () => alive, kill: async (id) => void killed.push(id) },
      })();
    await sweep(999);
    expect(killed).toEqual([]);
    await sweep(1000);
    expect(killed).toEqual([lifecycle.owner]);
    const runs = async () => (await lifecycle.storage.stops.get(made.stopId))?.runs;
    expect(await runs()).toMatchObject([{ confirmedAt: null }]);
    alive.pop();
    await sweep(1000);
    expect(await runs()).toMatchObject([
      { runId: held.run.runId, confirmedAt: expect.any(String) as string },
    ]);
    await release(made.stopId);
  });

  it('the worker is told first, then who follows the thread, and nobody looks for all that may be due', async () => {
    const { run } = await running();
    const { runId, threadId } = run;
    const heard: Signal[] = [];
    const unsubscribe = lifecycle.storage.signals.subscribe((signal) => heard.push(signal));
    const { stop: made } = await stop({ threadId });
    unsubscribe();
    expect(heard).toEqual([
      { kind: 'desired', runId },
      { kind: 'thread', threadId },
      { kind: 'due', of: 'notices' },
    ]);
    await release(made.stopId);
  });

  it('a queue behind a stopped run waits with it', async () => {
    const { run } = await running();
    const behind = await lifecycle.launch(run.threadId, { strategy: 'enqueue' });
    const { stop: made } = await stop({ threadId: run.threadId });
    await release(made.stopId);
    expect(await lifecycle.stateOf(run)).toBe('stopped');
    expect((await lifecycle.storage.runs.due(1000)).map(({ runId }) => runId)).not.toContain(behind.runId);
  });
});
