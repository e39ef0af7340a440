import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Client } from '@langchain/langgraph-sdk';
import { LIGHT } from '../support/server.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

const EVERY_SECOND = '* * * * * *';
const NEVER_TODAY = '0 3 1 1 *';

describe('crons', () => {
  const server = useServer({ config: LIGHT });
  const crons = () => server.client.crons;
  const runsOf = async (threadId: string) => server.client.runs.list(threadId);
  const threadsOf = (client: Client, cronId: string) =>
    client.threads.search({ metadata: { cron_id: cronId } });

  it('are made, shown, found, counted, changed and deleted', async () => {
    const { thread_id } = await server.client.threads.create();
    const made = await crons().createForThread(thread_id, 'echo', {
      schedule: NEVER_TODAY,
      timezone: 'Europe/Berlin',
      input: { messages: [] },
      metadata: { team: 'a' },
      endTime: '2099-01-01T00:00:00Z',
    });

    expect(made).toMatchObject({
      thread_id,
      schedule: NEVER_TODAY,
      timezone: 'Europe/Berlin',
      end_time: '2099-01-01T00:00:00.000Z',
      enabled: true,
      payload: { input: { messages: [] } },
      metadata: { team: 'a' },
    });
    expect(new Date(String((made as { next_run_date?: string }).next_run_date)).getUTCHours()).toBe(2);
    const cronId = (made as unknown as { cron_id: string }).cron_id;
    expect((await server.send('GET', `/runs/crons/${cronId}`)).json).toEqual(made);
    expect(await crons().search({ threadId: thread_id, assistantId: 'echo' })).toEqual([made]);
    expect(await crons().search({ threadId: thread_id, enabled: false })).toEqual([]);
    expect(await crons().count({ threadId: thread_id, metadata: { team: 'a' } })).toBe(1);
    const changed = await crons().update(cronId, { enabled: false, input: { messages: [1] } });
    expect(changed).toMatchObject({
      enabled: false,
      schedule: NEVER_TODAY,
      payload: { input: { messages: [1] } },
      metadata: { team: 'a' },
    });
    const unchanged = await server.send('PATCH', `/runs/crons/${cronId}`, { schedule: null });
    expect(unchanged).toMatchObject({ status: 200, json: { schedule: NEVER_TODAY, enabled: false } });
    const change = (body: object) => server.send('PATCH', `/runs/crons/${cronId}`, body);
    expect((await change({ enabled: null, on_run_completed: null })).json).toMatchObject({ enabled: false });
    expect(refusal(await change({ assistant_id: 'nope' })).code).toBe('assistant_not_found');
    const { assistant_id } = (await change({ assistant_id: 'steps' })).json as { assistant_id: string };
    expect(assistant_id).not.toBe(made.assistant_id);
    await crons().delete(cronId);
    expect(await refusalOf(crons().delete(cronId))).toMatchObject({ status: 404, code: 'cron_not_found' });
  });

  it('keep what is given as null when they are changed', async () => {
    const made = await crons().create('echo', { schedule: NEVER_TODAY, onRunCompleted: 'keep', input: {} });
    const path = `/runs/crons/${(made as unknown as { cron_id: string }).cron_id}`;
    const changed = await server.send('PATCH', path, { on_run_completed: null });
    expect(changed.json).toMatchObject({ on_run_completed: 'keep' });
    await server.send('DELETE', path);
  });

  it('go with their assistant: another one of its id has none', async () => {
    const assistant = { assistantId: randomUUID(), graphId: 'echo' };
    const { assistant_id } = await server.client.assistants.create(assistant);
    await crons().create(assistant_id, { schedule: NEVER_TODAY, input: { messages: [] } });
    await server.client.assistants.delete(assistant_id);
    await server.client.assistants.create(assistant);
    expect(await crons().search({ assistantId: assistant_id })).toEqual([]);
  });

  it('launch runs on their thread, in order, over a kill of the server', async () => {
    const { thread_id } = await server.client.threads.create();
    const made = (await crons().createForThread(thread_id, 'echo', {
      schedule: EVERY_SECOND,
      input: { messages: [] },
    })) as unknown as { cron_id: string };
    await expect.poll(async () => (await runsOf(thread_id)).length, { timeout: 60_000 }).toBeGreaterThan(0);
    await server.restart();
    const before = (await runsOf(thread_id)).length;

    await expect
      .poll(async () => (await runsOf(thread_id)).length, { timeout: 60_000 })
      .toBeGreaterThan(before);
    await crons().delete(made.cron_id);
    await expect
      .poll(async () => (await runsOf(thread_id)).every(({ status }) => status === 'success'), {
        timeout: 60_000,
      })
      .toBe(true);
  });

  it('without a thread launch each run on one of its own', async () => {
    const made = (await crons().create('echo', {
      schedule: EVERY_SECOND,
      input: { messages: [] },
      onRunCompleted: 'keep',
    })) as unknown as { cron_id: string };

    await expect
      .poll(async () => (await threadsOf(server.client, made.cron_id)).length, { timeout: 60_000 })
      .toBeGreaterThan(1);
    await crons().delete(made.cron_id);
  });

  it('refuse what would never run, and what does not exist', async () => {
    const make = async (given: object) =>
      refusal(await server.send('POST', '/runs/crons', { assistant_id: 'echo', ...given }));

    expect(await make({ schedule: 'now and then' })).toMatchObject({ status: 422, field: 'schedule' });
    expect(await make({ schedule: '0 0 31 2 *' })).toMatchObject({ status: 422, field: 'schedule' });
    expect(await make({ schedule: NEVER_TODAY, timezone: 'Mars/Sea' })).toMatchObject({
      status: 422,
      field: 'timezone',
    });
    expect(await make({ schedule: NEVER_TODAY, end_time: '2020-01-01T00:00:00Z' })).toMatchObject({
      status: 422,
      field: 'end_time',
    });
    expect(await make({ schedule: NEVER_TODAY, assistant_id: 'nobody' })).toMatchObject({
      status: 404,
      code: 'assistant_not_found',
    });
    const thread = crons().createForThread(randomUUID(), 'echo', { schedule: NEVER_TODAY });
    expect(await refusalOf(thread)).toMatchObject({ status: 404, code: 'thread_not_found' });
  });

  drives(server, [
    'POST /runs/crons',
    'POST /threads/{t}/runs/crons',
    'POST /runs/crons/search',
    'POST /runs/crons/count',
    'GET /runs/crons/{c}',
    'PATCH /runs/crons/{c}',
    'DELETE /runs/crons/{c}',
  ]);
});
