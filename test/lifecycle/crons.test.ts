import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFireCrons } from '../../src/lifecycle/fire-crons.ts';
import type { Cron } from '../../src/model/cron.ts';
import { assistantNotFound } from '../../src/model/not-found.ts';
import { createCrons, type CronInput } from '../../src/resources/crons.ts';
import { openLifecycle } from './bench.ts';
import { assistant, scopePause } from '../storage/ports/records.ts';

const HOUR = 3_600_000;
const kwargs = {
  input: {},
  command: null,
  checkpoint: null,
  config: {},
  context: null,
  stream_mode: ['values'],
  stream_subgraphs: false,
  interrupt_before: null,
  interrupt_after: null,
  durability: 'sync',
  on_disconnect: 'continue',
  live: false,
};

describe('crons', () => {
  let bench: Awaited<ReturnType<typeof openLifecycle>>;
  let now: number;
  const ours = assistant();
  beforeEach(async () => {
    bench = await openLifecycle();
    await bench.storage.assistants.insert(ours);
    now = Date.parse('2026-03-28T06:30:00Z');
  });
  afterEach(() => bench.storage.close());

  const parts = () => {
    const clock = { now: () => now };
    const find = () => Promise.resolve(ours);
    const crons = createCrons({
      ...bench.deps,
      clock,
      assistants: { find },
      changed: () => {},
    });
    const fire = createFireCrons({ ...bench.deps, clock, findAssistant: find });
    return { crons, fire: () => fire(now) };
  };
  const input = (given: Partial<CronInput> = {}): CronInput => ({
    threadId: null,
    assistantId: ours.assistantId,
    schedule: '0 8 * * *',
    timezone: 'Europe/Berlin',
    endTime: null,
    enabled: true,
    onRunCompleted: 'keep',
    payload: {},
    launch: { kwargs, metadata: {}, multitaskStrategy: 'enqueue' },
    metadata: {},
    userId: null,
    ...given,
  });
  const launched = async () => (await bench.storage.runs.countByState()).pending ?? 0;
  const nextOf = (cron: Cron) => cron.nextRunMs && new Date(cron.nextRunMs).toISOString();

  it('run by the clock of their time zone, also where it is put forward', async () => {
    const { crons, fire } = parts();
    const cron = await crons.create(input());

    expect(nextOf(cron)).toBe('2026-03-28T07:00:00.000Z');
    now += HOUR;
    await fire();
    expect(nextOf(await crons.get(cron.cronId))).toBe('2026-03-29T06:00:00.000Z');
    expect(await launched()).toBe(1);
  });

  it('launch once, however many servers look at the same time', async () => {
    const { crons, fire } = parts();
    await crons.create(input());
    now += HOUR;

    await Promise.all([fire(), fire(), fire()]);
    await fire();

    expect(await launched()).toBe(1);
  });

  it('launch once for all the times that passed while the server was down', async () => {
    const { crons, fire } = parts();
    const cron = await crons.create(input({ schedule: '*/10 * * * *' }));
    now += 5 * HOUR;

    await fire();

    expect(await launched()).toBe(1);
    expect(nextOf(await crons.get(cron.cronId))).toBe('2026-03-28T11:40:00.000Z');
  });

  it('end at their end time, and never begin after it', async () => {
    const { crons, fire } = parts();
    const cron = await crons.create(input({ endTime: '2026-03-28T12:00:00.000Z' }));
    const late = crons.create(input({ endTime: '2026-03-28T06:45:00.000Z' }));
    await expect(late).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'end_time' } });
    now += HOUR;
    await fire();

    expect((await crons.get(cron.cronId)).nextRunMs).toBeNull();
    now += 48 * HOUR;
    await fire();
    expect(await launched()).toBe(1);
  });

  it('launch nothing while disabled, and do not make up for it', async () => {
    const { crons, fire } = parts();
    const cron = await crons.create(input());
    await crons.update(cron.cronId, () => ({ enabled: false }));
    now += 24 * HOUR;
    await fire();
    const on = await crons.update(cron.cronId, () => ({ enabled: true }));
    await fire();

    expect(await launched()).toBe(0);
    expect(nextOf(on)).toBe('2026-03-30T06:00:00.000Z');
  });

  it('skip a run that their thread refuses, and say why', async () => {
    const { crons, fire } = parts();
    const threadId = await bench.newThread();
    await bench.launch(threadId, {});
    const launch = { kwargs, metadata: {}, multitaskStrategy: 'reject' };
    const cron = await crons.create(input({ threadId, launch }));
    now += HOUR;

    await fire();

    expect(await crons.get(cron.cronId)).toMatchObject({
      lastError: { code: 'thread_busy' },
      nextRunMs: Date.parse('2026-03-29T06:00:00Z'),
    });
    expect(await launched()).toBe(1);
  });

  it('do not wait for one before them that cannot be launched', async () => {
    const { crons } = parts();
    const broken = await crons.create(input({ schedule: '50 7 * * *' }));
    const cron = await crons.create(input());
    now += HOUR;
    let asked = 0;
    const fire = createFireCrons({
      ...bench.deps,
      findAssistant: () => (++asked === 1 ? Promise.reject(new TypeError('broken')) : Promise.resolve(ours)),
    });

    await expect(fire(now)).rejects.toThrow('broken');

    expect(await launched()).toBe(1);
    expect(nextOf(await crons.get(cron.cronId))).toBe('2026-03-29T06:00:00.000Z');
    expect(nextOf(await crons.get(broken.cronId))).toBe('2026-03-28T06:50:00.000Z');
  });

  it('stay when another assistant is gone, to which a pause redirects their runs', async () => {
    const { crons } = parts();
    const cron = await crons.create(input());
    const redirect = { newRuns: 'redirect', redirectTo: 'gone' } as const;
    await bench.storage.transaction((ledger) => ledger.scopes.insert({ ...scopePause(), ...redirect }));
    now += HOUR;
    const fire = createFireCrons({
      ...bench.deps,
      findAssistant: (id) =>
        id === ours.assistantId ? Promise.resolve(ours) : Promise.reject(assistantNotFound(id)),
    });

    await fire(now);

    expect(await crons.get(cron.cronId)).toMatchObject({ lastError: { code: 'scope_paused' } });
    expect(await launched()).toBe(0);
  });

  it('go when their thread is gone', async () => {
    const { crons, fire } = parts();
    const threadId = await bench.newThread();
    const cron = await crons.create(input({ threadId }));
    await bench.storage.transaction((ledger) => ledger.threads.remove(threadId));
    now += HOUR;

    await fire();

    await expect(crons.get(cron.cronId)).rejects.toMatchObject({ code: 'cron_not_found' });
  });

  it('move on and launch together or not at all', async () => {
    const { crons, fire } = parts();
    const cron = await crons.create(input());
    now += HOUR;
    const fail = createFireCrons({
      ...bench.deps,
      clock: { now: () => now },
      findAssistant: () => Promise.resolve(ours),
      storage: {
        ...bench.storage,
        transaction: (work) =>
          bench.storage.transaction(async (ledger) => {
            await work(ledger);
            throw new Error('the process died');
          }),
      },
    });

    await expect(fail(now)).rejects.toThrow('died');
    expect(await launched()).toBe(0);
    expect(nextOf(await crons.get(cron.cronId))).toBe('2026-03-28T07:00:00.000Z');
    await fire();
    expect(await launched()).toBe(1);
  });
});
