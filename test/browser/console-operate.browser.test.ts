import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { barriersOn, noProblems, openConsole, overflows, PATIENCE, press } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

/** How long a state may take to come. */
const SOON = { timeout: PATIENCE };

/** A folder for pictures of the screens, where somebody wants to look at them. */
const PICTURES = process.env['HOLDPOINT_PICTURES_IN'];

const HOSTILE = `=cmd()|<img src=x onerror="window.hacked=1"> ${'W'.repeat(150)} \u202Eright to left`;

interface Json {
  [field: string]: unknown;
}

describe.skipIf(!hasBrowser)('in the console an operator', () => {
  const server = useServer({
    dataDir: folderWithSchemas(),
    config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)),
    env: { HOLDPOINT_WORKERS: '1' },
  });
  const latch = useLatch();
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  /** What a test leaves behind is not the next one's. */
  const clear = async (): Promise<void> => {
    for (const { stop_id: id } of await api<{ stop_id: string }[]>('GET', '/emergency-stops'))
      await api('POST', `/emergency-stops/${id}/release`);
    for (const { pause_id: id } of await api<{ pause_id: string }[]>('GET', '/pauses?state=active'))
      await api('POST', `/pauses/${id}/resume`);
    for (const { thread_id: id } of await server.client.threads.search({ limit: 100 }))
      await server.client.threads.delete(id);
  };
  const api = async <T = Json>(method: string, path: string, body?: unknown): Promise<T> => {
    const { status, json, text } = await server.send(method, path, body);
    expect(status, text).toBeLessThan(300);
    return json as T;
  };
  const open = async (path: string, look: { scheme?: 'light' | 'dark'; width?: number } = {}) =>
    openConsole(browser, { url: server.url, path: `/console${path}`, ...look });
  const main = (page: Page) => page.locator('#main');
  const start = async (graph: string, input: Json): Promise<string> => {
    const { thread_id: threadId } = await server.client.threads.create();
    await server.client.runs.create(threadId, graph, { input });
    return threadId;
  };
  /** A run that a test holds in its second step. */
  const hold = async (place: string): Promise<string> => {
    const threadId = await start('slow', { url: latch.url(place) });
    await latch.reached(place);
    return threadId;
  };
  const ended = async (threadId: string): Promise<Json> => {
    const [run] = await server.client.runs.list(threadId);
    return (await server.client.runs.join(threadId, run?.run_id ?? '')) as Json;
  };
  const agentOf = async (graph: string): Promise<string> =>
    (await api<{ assistant_id: string }>('GET', `/assistants/${graph}`)).assistant_id;
  const choose = async (page: Page, label: string, option: string): Promise<void> => {
    await page
      .getByRole('combobox', { name: label })
      .or(page.getByLabel(label, { exact: true }))
      .first()
      .click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };

  beforeEach(clear);

  it('launches a run by the form that the graph asks for, and sees it end', async () => {
    const opened = await open(`/launch?agent=${await agentOf('briefing')}`);
    const { page } = opened;
    await page.getByLabel('Message', { exact: true }).fill('Please');
    await page.getByRole('button', { name: 'Other fields of the input' }).click();
    await page.getByLabel('topic').fill("The harbour's tides");
    await choose(page, 'length', 'long');
    await page.getByRole('button', { name: 'Thread, context and configuration' }).click();
    await page.getByLabel('tone').fill('dry');
    const code = page.getByRole('region', { name: 'The same by code' });
    await code.getByText(`The harbour'\\''s tides`).waitFor();
    await code.getByText('SDK').click();
    await code.getByText('client.runs.create(').waitFor();
    await page.getByText('JSON', { exact: true }).click();
    await page.getByLabel('Input as JSON').getByText('"long"').waitFor();
    await page.getByRole('button', { name: 'Launch' }).click();
    await page.waitForURL(/\/console\/threads\//);
    const values = await ended(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    expect(values['messages']).toMatchObject([
      { content: 'Please' },
      { content: "long, dry: The harbour's tides" },
    ]);
    noProblems(opened);
  });

  it('launches one run, however often it is asked for: pressed twice, and again after an answer was lost', async () => {
    const { page } = await open(`/launch?agent=${await agentOf('briefing')}`);
    let asked = 0;
    let goOn = (): void => undefined;
    const pressedAgain = new Promise<void>((resolve) => (goOn = resolve));
    await page.route(/\/threads\/[^/]+\/runs$/, async (route) => {
      if (route.request().method() !== 'POST' || ++asked > 1) return route.continue();
      await pressedAgain;
      await route.fetch();
      return route.abort();
    });
    await page.getByLabel('Message', { exact: true }).fill('Say hello');
    await press(page, 'Control+Enter');
    await expect.poll(() => asked).toBe(1);
    await press(page, 'Control+Enter');
    goOn();
    await page.getByText('The server cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL(/\/console\/threads\//);
    const threads = await server.client.threads.search({ limit: 10 });
    expect(threads).toHaveLength(1);
    const thread = threads[0]?.thread_id ?? '';
    await ended(thread);
    expect(await server.client.runs.list(thread)).toHaveLength(1);
  });

  it('says more than one message, goes on with a thread, and is told what is wrong with it', async () => {
    const { page } = await open(`/launch?agent=${await agentOf('agent')}`);
    await page.getByLabel('Message', { exact: true }).fill('Hello');
    await page.getByRole('button', { name: 'Add a message' }).click();
    await page.getByLabel('Message 1: from').selectOption('system');
    await page.getByLabel('Message 2', { exact: true }).fill('Say hello');
    await page.getByRole('button', { name: 'Thread, context and configuration' }).click();
    await page.getByLabel('Thread', { exact: true }).fill('mine');
    await page.getByText('A thread id is a UUID').waitFor();
    expect(await page.getByRole('button', { name: 'Launch', exact: true }).isDisabled()).toBe(true);
    const { thread_id: thread } = await server.client.threads.create();
    await page.getByLabel('Thread', { exact: true }).fill(thread);
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL(`**/threads/${thread}`);
    expect((await ended(thread))['messages']).toMatchObject([
      { type: 'system', content: 'Hello' },
      { type: 'human', content: 'Say hello' },
      { type: 'ai' },
    ]);
  });

  it('makes a pause window whose next times are shown first, changes it, and deletes it', async () => {
    const opened = await open('/control');
    const { page } = opened;
    await page.getByRole('button', { name: 'New pause window…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nightly maintenance');
    await dialog.getByLabel('Starts, as a cron expression').fill('99 2 * * *');
    await dialog.getByText('is no cron expression').waitFor();
    expect(await dialog.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Starts, as a cron expression').fill('30 2 * * 1-5');
    await dialog.getByText('At 02:30, Monday through Friday').waitFor();
    await expect.poll(() => dialog.getByRole('listitem').count(), SOON).toBe(3);
    expect(await barriersOn(page)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'window-light.png') });
    await dialog.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('row', { name: /Nightly maintenance/ });
    await row.getByText('At 02:30, Monday through Friday, for 1 h').waitFor();
    await row.getByLabel('Edit Nightly maintenance').click();
    await dialog.getByLabel('Lasts, in minutes').fill('45');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('for 45 min').waitFor();
    await row.getByText('Off', { exact: true }).waitFor({ state: 'detached' });
    await row.getByRole('switch').press('Space');
    await row.getByText('Off', { exact: true }).waitFor();
    expect(await api('GET', '/pause-windows')).toMatchObject([
      { name: 'Nightly maintenance', schedule: '30 2 * * 1-5', duration_ms: 2_700_000, enabled: false },
    ]);
    await row.getByLabel('Delete Nightly maintenance').click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    noProblems(opened);
  });

  it('sees a pause drain run by run, and a thread wait for its condition', async () => {
    const threads = [await hold('drain one'), await hold('drain two')];
    const waiting = await hold('waits');
    await api('POST', `/threads/${waiting}/pause`, {
      reason: 'until the deployment',
      resume_when: {
        any: [
          { type: 'event', event: 'deployed' },
          { type: 'webhook', event: 'go' },
        ],
      },
    });
    latch.open('waits');
    const { page } = await open('/control');
    const row = page.getByRole('row', { name: /until the deployment/ });
    await row.getByText('the event deployed or its webhook tells of go').waitFor();
    await row.getByText('Paused', { exact: true }).waitFor();
    await api('POST', '/pauses', { scope: { graph_id: 'slow' }, reason: 'the disk is full' });
    const pause = page.getByRole('region', { name: 'Pause of graph slow' });
    await pause.getByText(/^0 of 2 reached|^1 of 3 reached/).waitFor();
    latch.open('drain one');
    latch.open('drain two');
    await pause.getByText(/^2 of 2 reached|^3 of 3 reached/).waitFor();
    await pause.getByRole('button', { name: 'Let it go on' }).click();
    await pause.waitFor({ state: 'detached' });
    for (const thread of threads)
      await expect.poll(async () => (await ended(thread))['path'], SOON).toEqual(['before', 'wait', 'after']);
    await api('POST', '/events', { type: 'deployed', id: 'deployed once' });
    await row.waitFor({ state: 'detached' });
  });

  it('sees the worker at work, and drains it', async () => {
    await hold('at work');
    const { page } = await open('/control');
    const [worker] = await api<{ worker_id: string }[]>('GET', '/workers');
    const name = worker?.worker_id.slice(0, 8) ?? '';
    const row = page.getByRole('row', { name: new RegExp(name) });
    await row.getByText(/^1 of \d+$/).waitFor();
    await row
      .getByText(/ago|just now/)
      .first()
      .waitFor();
    await row.getByRole('button', { name: `Drain worker ${name}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason (optional)').fill('it leaks');
    await dialog.getByRole('button', { name: 'Drain', exact: true }).click();
    await row.getByText('Draining', { exact: true }).waitFor();
    await row.getByText(/it leaks/).waitFor();
    latch.open('at work');
    await row.waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await api<{ state: string }[]>('GET', '/workers')).map(({ state }) => state), SOON)
      .toEqual(['running']);
  });

  it('stops everything by keyboard, sees each run confirmed, looks at what is half done, releases, resumes', async () => {
    const halfDone = await start('half-done', { url: latch.url('mail') });
    await latch.reached('mail');
    const held = await hold('stopped');
    const opened = await open('/activity');
    const { page } = opened;
    await page.getByRole('heading', { name: 'Activity' }).waitFor();
    await press(page, 'Control+Shift+.');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Stop now').check();
    await dialog.getByLabel('Reason').fill('it mails everybody');
    await dialog.getByLabel(/Type STOP/).fill('STOP');
    await press(page, 'Control+Enter');
    const card = page.getByRole('region', { name: 'Stop of everything' });
    await card.getByText('2 of 2 runs confirmed down').waitFor();
    expect(await card.getByRole('row').count()).toBe(3);
    expect(await barriersOn(page)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'stop-light.png'), fullPage: true });

    await page.route(/\/effects$/, (route) => route.fulfill({ status: 403, json: { message: 'may not' } }));
    await card.getByRole('button', { name: 'Review and release…' }).click();
    const release = dialog.getByRole('button', { name: 'Release' });
    await dialog.getByText('may not').waitFor();
    expect(await dialog.getByText('Nothing is left half done').count()).toBe(0);
    expect(await release.isDisabled()).toBe(true);
    await page.unroute(/\/effects$/);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('1 run needs a look').waitFor();
    expect(await release.isDisabled()).toBe(true);
    expect(await barriersOn(page)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'release-light.png') });
    await dialog.getByLabel('I have looked at this run').check();
    expect(await release.isEnabled()).toBe(true);
    await dialog.getByRole('button', { name: 'It did not' }).click();
    await dialog.getByText('Nothing is left half done').waitFor();
    await release.click();
    await card.getByText('Released', { exact: true }).waitFor();
    latch.open('mail');
    latch.open('stopped');
    await card.getByRole('button', { name: /^Resume all 2/ }).click();
    await expect.poll(() => card.getByText('Done', { exact: true }).count(), SOON).toBe(2);
    expect(await ended(halfDone)).toMatchObject({ sent: true });
    expect(await ended(held)).toMatchObject({ path: ['before', 'wait', 'after'] });
    noProblems(opened);
  });

  it('filters the activity, sends the filter as a link, and saves what matches', async () => {
    const thread = await hold('for the log');
    await api('POST', `/threads/${thread}/pause`, { reason: HOSTILE });
    latch.open('for the log');
    await expect
      .poll(async () => (await api<{ status: string }>('GET', `/threads/${thread}`)).status, SOON)
      .not.toBe('busy');
    await api('POST', `/threads/${thread}/state`, { values: {} });
    const opened = await open(`/activity?thread_id=${thread}`);
    const { page } = opened;
    const lines = main(page).getByRole('listitem');
    await lines.filter({ hasText: 'Pause requested' }).waitFor();
    await lines.filter({ hasText: 'Paused' }).first().waitFor();
    await page.getByRole('combobox', { name: 'What' }).click();
    await page.getByRole('option', { name: 'Pause requested', exact: true }).click();
    await expect.poll(() => lines.count(), SOON).toBe(1);
    await page.getByRole('option', { name: 'State edited', exact: true }).click();
    await expect.poll(() => lines.count(), SOON).toBe(2);
    expect(new URL(page.url()).searchParams.get('kind')).toBe('requestPause,updateState');
    await page.getByRole('option', { name: 'State edited', exact: true }).click();
    await expect.poll(() => lines.count(), SOON).toBe(1);
    await press(page, 'Escape');
    await lines.getByRole('button', { name: 'Details of Pause requested' }).click();
    await lines.getByLabel('Detail', { exact: true }).getByText('<img src=x').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('button', { name: 'Export' })
        .click()
        .then(() => page.getByRole('menuitem', { name: /CSV/ }).click()),
    ]);
    const csv = readFileSync(await file.path(), 'utf8').split('\r\n');
    expect(csv).toHaveLength(2);
    expect(csv[0]).toBe('id,at,thread_id,run_id,actor,kind,from,to,detail');
    expect(csv[1]).toContain(`${thread},`);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    noProblems(opened);
  });

  it('makes an agent, gives it settings as a new version, goes back to the first, and reads its schemas', async () => {
    const opened = await open('/agents');
    const { page } = opened;
    await page.getByRole('button', { name: 'New agent…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Morning briefing');
    await choose(page, 'Graph', 'briefing');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('alert').filter({ hasText: 'Its configuration is under Settings' }).hover();
    expect(await barriersOn(page)).toEqual([]);
    const panel = page.getByRole('region', { name: 'Morning briefing' });
    await panel.getByRole('tab', { name: 'Settings' }).click();
    await panel.getByLabel('Description').fill('Each day at seven');
    await panel.getByRole('button', { name: 'Save as a new version' }).click();
    await panel.getByText('Version 2', { exact: true }).waitFor();
    await panel.getByRole('tab', { name: 'Versions' }).click();
    await panel.getByRole('button', { name: 'What changed' }).click();
    await panel.getByLabel('Difference').getByText('Each day at seven').waitFor();
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'agents-light.png') });
    await panel.getByRole('button', { name: 'Use version 1' }).click();
    await panel.getByRole('button', { name: 'Use version 2' }).waitFor();
    await panel.getByRole('tab', { name: 'Settings' }).click();
    await panel.getByLabel('Description').fill('Each day at eight');
    const agent = new URL(page.url()).searchParams.get('agent');
    await api('PATCH', `/assistants/${agent}`, { description: 'Each day at nine' });
    await start('briefing', { topic: 'news' }); // of which the page hears
    await panel.getByText('Version 3 came meanwhile').waitFor();
    expect(await panel.getByLabel('Description').inputValue()).toBe('Each day at eight');
    await panel.getByRole('button', { name: 'Discard this' }).click();
    expect(await panel.getByLabel('Description').inputValue()).toBe('Each day at nine');
    await panel.getByRole('tab', { name: 'Schemas' }).click();
    await panel.getByLabel('Input schema').getByText('"What it is to be about."').waitFor();
    expect(await api('GET', `/assistants/${agent}`)).toMatchObject({
      name: 'Morning briefing',
      graph_id: 'briefing',
      version: 3,
    });
    noProblems(opened);
  });

  describe('with names and reasons that mean harm', () => {
    let agent = '';
    beforeEach(async () => {
      const made = await server.client.assistants.create({
        graphId: 'briefing',
        name: HOSTILE,
        description: HOSTILE,
      });
      agent = made.assistant_id;
      await api('POST', '/pause-windows', {
        name: HOSTILE.slice(0, 200),
        scope: { assistant_id: agent },
        schedule: '0 3 * * *',
        duration_ms: 60_000,
      });
      const thread = await hold(`harm ${agent}`);
      await api('POST', `/threads/${thread}/pause`, { reason: HOSTILE, resume_when: 'event: ok' });
      latch.open(`harm ${agent}`);
      await api('POST', '/pauses', { scope: { assistant_id: agent }, reason: HOSTILE });
      await api('POST', '/emergency-stops', { scope: { assistant_id: agent }, reason: HOSTILE });
    });
    const SCREENS = () => [
      { name: 'stop', path: '/stop', ready: 'Emergency stop' },
      { name: 'launch', path: `/launch?agent=${agent}`, ready: 'Launch a run' },
      { name: 'control', path: '/control', ready: 'Control' },
      { name: 'activity', path: '/activity', ready: 'Activity' },
      { name: 'agents', path: `/agents?agent=${agent}`, ready: 'Agents' },
    ];

    it.each([
      { scheme: 'light', width: 1360 },
      { scheme: 'dark', width: 1360 },
      { scheme: 'light', width: 360 },
    ] as const)('has no barrier on any screen and loses nothing, $scheme, at $width', async (look) => {
      const opened = await open('/stop', look);
      const { page } = opened;
      for (const { name, path, ready } of SCREENS()) {
        await page.goto(`${server.url}/console${path}`);
        await page.getByRole('heading', { name: ready, level: 1 }).waitFor();
        await page.locator('[aria-busy="true"]').first().waitFor({ state: 'hidden' });
        if (PICTURES)
          await page.screenshot({
            path: join(PICTURES, `${name}-${look.scheme}-${look.width}.png`),
            fullPage: true,
          });
        expect(await overflows(page), name).toBe(false);
        expect(await barriersOn(page), name).toEqual([]);
      }
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      noProblems(opened);
    });
  });
});
