import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../wire/server.ts';
import { barriersOn, noProblems, openConsole, overflows, PATIENCE, press } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

/** A folder for pictures of the screens, where somebody wants to look at them. */
const PICTURES = process.env['HOLDPOINT_PICTURES_IN'];

const HOSTILE = [
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
  '[click](javascript:window.hacked=1) ![](https://example.com/x.png)',
  'W'.repeat(3000),
  '\u202Eright to left\u202C مرحبا',
].join('\n\n');

describe.skipIf(!hasBrowser)('the console, looked at,', () => {
  const server = useServer({ dataDir: folderWithSchemas() });
  let browser: Browser;
  let asking = '';
  let hostile = '';
  beforeAll(async () => {
    browser = await openBrowser();
    // The types of a graph are read once, which takes long on a busy machine: of the one chosen on Launch.
    const { json } = await server.send('POST', '/assistants/search', {
      limit: 1,
      sort_by: 'name',
      sort_order: 'asc',
    });
    const [{ assistant_id: first }] = json as [{ assistant_id: string }];
    await server.send('GET', `/assistants/${first}/schemas`);
    const wish = { messages: [{ role: 'user', content: 'Write the list of changes to changes.md' }] };
    ({ thread_id: asking } = await server.client.threads.create());
    await server.client.runs.wait(asking, 'agent', { input: wish });
    const { thread_id: failed } = await server.client.threads.create();
    await server.client.runs.wait(failed, 'failing', { input: {} }).catch(() => undefined);
    ({ thread_id: hostile } = await server.client.threads.create());
    await server.client.runs.wait(hostile, 'held', {
      input: { tools: ['deploy'], args: { [HOSTILE.slice(0, 40)]: HOSTILE, to: HOSTILE } },
    });
  }, 180_000);
  afterAll(() => browser?.close());

  const SCREENS = () => [
    { name: 'threads', path: '/console/', ready: 'Threads' },
    { name: 'approvals', path: '/console/approvals', ready: 'Approvals' },
    { name: 'thread', path: `/console/threads/${asking}`, ready: /^Thread / },
    { name: 'thread-hostile', path: `/console/threads/${hostile}`, ready: /^Thread / },
    { name: 'stop', path: '/console/stop', ready: 'Emergency stop' },
    { name: 'launch', path: '/console/launch', ready: 'Launch a run' },
    { name: 'control', path: '/console/control', ready: 'Control' },
    { name: 'activity', path: '/console/activity', ready: 'Activity' },
    { name: 'agents', path: '/console/agents', ready: 'Agents' },
  ];

  it.each(['light', 'dark'] as const)(
    'has no barrier on any screen and runs nothing that an agent says, in the %s theme',
    async (scheme) => {
      const opened = await openConsole(browser, { url: server.url, scheme, moves: scheme === 'dark' });
      const { page } = opened;
      const found: string[] = [];
      for (const { name, path, ready } of SCREENS()) {
        await page.goto(`${server.url}${path}`);
        await page.getByRole('heading', { name: ready, level: 1 }).waitFor();
        await page.locator('[aria-busy="true"]').first().waitFor({ state: 'hidden' });
        found.push(...(await barriersOn(page)).map((barrier) => `${path} ${barrier}`));
        if (await overflows(page)) found.push(`${path} is wider than its window`);
        for (const width of PICTURES ? [360, 2560, 1360] : []) {
          await page.setViewportSize({ width, height: 860 });
          await page.screenshot({
            path: join(PICTURES ?? '', `${name}-${scheme}-${width}.png`),
            animations: 'disabled',
          });
        }
        if (await page.evaluate('window.hacked')) found.push(`${path} ran what an agent said`);
      }
      await press(page, 'Control+Shift+.');
      await page.getByRole('dialog', { name: 'Emergency stop' }).waitFor();
      found.push(...(await barriersOn(page)).map((barrier) => `the emergency stop ${barrier}`));
      expect(found).toEqual([]);
      noProblems(opened);
    },
    180_000,
  );

  it('pauses everything from any screen within two actions, and lets it go on again', async () => {
    const opened = await openConsole(browser, { url: server.url, path: '/console/agents' });
    const { page } = opened;
    await page.getByRole('heading', { name: 'Agents' }).waitFor();
    await press(page, 'Control+Shift+.');
    await page.getByRole('textbox', { name: 'Reason', exact: true }).fill('A drill');
    await press(page, 'Control+Enter');
    await page.getByText('Paused: everything.').waitFor();
    await page.getByRole('button', { name: 'Let it go on' }).click();
    await page.getByText('Paused: everything.').waitFor({ state: 'hidden' });
    expect((await server.send('GET', '/pauses?state=active')).json).toEqual([]);
    noProblems(opened);
  });

  it('stops everything only for the word, keeps a red banner on every screen, and releases', async () => {
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    await page.getByRole('button', { name: 'Emergency stop' }).click();
    await page.getByRole('textbox', { name: 'Reason', exact: true }).fill('A drill');
    await page.getByText('Stop now').click();
    const stop = page.getByRole('button', { name: 'Stop now' });
    expect(await stop.isDisabled()).toBe(true);
    await page.getByLabel('Type STOP to confirm').fill('STOP');
    await stop.click();
    await page.waitForURL('**/console/stop?stop=*');
    await press(page, 'g', 't');
    await page.getByRole('alert').getByText('Emergency stop: everything.').waitFor();
    await press(page, 'g', 'a');
    await page.getByRole('alert').getByText('Emergency stop: everything.').waitFor();
    const { json } = await server.send('GET', '/emergency-stops');
    const [{ stop_id: id }] = json as [{ stop_id: string }];
    await server.send('POST', `/emergency-stops/${id}/release`);
    await page.getByText('Emergency stop: everything.').waitFor({ state: 'hidden' });
    noProblems(opened);
  });

  it('resumes all that a stop hit, also where they are more than can be asked about at once', async () => {
    const scope = { thread_id: (await server.client.threads.create()).thread_id };
    const thrown = await server.send('POST', '/emergency-stops', { scope, reason: 'a drill' });
    const { stop_id: stopId } = thrown.json as { stop_id: string };
    const { json } = await server.send('POST', `/emergency-stops/${stopId}/release`);
    const stop = json as Record<string, unknown>;
    const threads = Array.from({ length: 1001 }, () => crypto.randomUUID());
    const runs = threads.map((id) => ({
      run_id: id,
      thread_id: id,
      confirmed: true,
      confirmed_at: stop['created_at'],
    }));
    const stopped = new Set<string | undefined>(threads.slice(-2));
    const stateOf = (id: string) => ({ state: stopped.has(id) ? 'stopped' : 'done' });
    const { page } = await openConsole(browser, { url: 'about:blank', path: '' });
    await page.route(`**/emergency-stops/${stopId}`, (route) => route.fulfill({ json: { ...stop, runs } }));
    await page.route('**/threads/search', (route) => {
      const { ids } = route.request().postDataJSON() as { ids: string[] };
      expect(ids.length).toBeLessThanOrEqual(1000); // more are refused
      return route.fulfill({ json: ids.map((id) => ({ thread_id: id, lifecycle: stateOf(id) })) });
    });
    await page.route(/\/threads\/[^/]+\/resume$/, (route) => {
      stopped.delete(route.request().url().split('/').at(-2));
      return route.fulfill({ json: {} });
    });
    await page.goto(`${server.url}/console/stop?stop=${stopId}`);
    await page.getByRole('button', { name: 'Resume all 2 that passes the check' }).click();
    await expect.poll(() => stopped.size, { timeout: PATIENCE }).toBe(0);
  });

  it('makes one emergency stop, pressed again after its answer was lost', async () => {
    const { page } = await openConsole(browser, { url: server.url });
    let asked = 0;
    await page.route(/\/emergency-stops$/, async (route) => {
      if (route.request().method() !== 'POST' || ++asked > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: 'Emergency stop' }).click();
    await page.getByRole('textbox', { name: 'Reason', exact: true }).fill('A drill');
    await page.getByText('Stop now').click();
    await page.getByLabel('Type STOP to confirm').fill('STOP');
    await page.getByRole('button', { name: 'Stop now' }).click();
    await page.getByText('The server cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Stop now' }).click();
    await page.waitForURL('**/console/stop?stop=*');
    const stops = (await server.send('GET', '/emergency-stops')).json as { stop_id: string }[];
    await server.send('POST', `/emergency-stops/${stops[0]?.stop_id}/release`);
    expect([asked, stops.length]).toEqual([2, 1]);
  });
});
