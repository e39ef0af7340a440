import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../wire/server.ts';
import { decidable, noProblems, openConsole, press, showsStatus } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../langgraph.json', import.meta.url));
const WISH = 'Write the release notes for 1.2 to notes.md and mail them to team@example.com';

describe.skipIf(!hasBrowser)('the story of the console, with the default agent,', () => {
  const server = useServer({ dataDir: folderWithSchemas(), config: CONFIG });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
    // The types of a graph are read once, which takes long on a busy machine.
    expect((await server.send('GET', '/assistants/agent/schemas')).status).toBe(200);
  }, 180_000);
  afterAll(() => browser?.close());

  it('is launched, watched, edited, approved by keyboard and finished without a reload', async () => {
    const opened = await openConsole(browser, { url: server.url, path: '/', moves: true });
    const { page } = opened;
    await page.waitForURL('**/console/');
    await page.getByText('Nothing has run yet').waitFor();
    let loads = 0;
    page.on('load', () => (loads += 1));

    await press(page, 'g', 'l');
    await page.getByLabel('Message', { exact: true }).fill(WISH);
    await press(page, 'Control+Enter');
    await page.waitForURL('**/console/threads/*');

    const question = page.getByRole('article', { name: 'Question: write_file' });
    await question.waitFor();
    await page.locator('[data-node="gate"][data-look="waiting"]').waitFor();
    await expect.poll(() => page.title()).toMatch(/^\(1\) /);
    if (process.env['HOLDPOINT_PICTURES']) {
      mkdirSync(IMAGES, { recursive: true });
      await page.screenshot({ path: join(IMAGES, 'console.png') });
    }

    await decidable(question);
    await press(page, 'e');
    await page.getByLabel('path', { exact: true }).fill('edited.md');
    await press(page, 'Control+Enter');
    await decidable(page.getByRole('article', { name: 'Question: send_email' }));
    await page.locator('body').click({ position: { x: 2, y: 400 } });
    await press(page, 'a');
    await page.getByRole('button', { name: 'Send 2 decisions', disabled: false }).waitFor();
    await press(page, 'Control+Enter');

    await showsStatus(page, 'Done');
    await page.locator('[data-node="__end__"][data-look="visited"]').waitFor();
    await page.getByRole('region', { name: 'State' }).getByText('edited.md').first().waitFor();
    const written = join(server.process.dataDir, 'workspace/edited.md');
    expect(readFileSync(written, 'utf8')).toContain('Release notes 1.2');
    expect(existsSync(join(server.process.dataDir, 'workspace/notes.md'))).toBe(false);
    expect(loads).toBe(0);
    noProblems(opened);
  });

  it('shows within a moment what others launch, and announces their questions', async () => {
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    await page.getByRole('heading', { name: 'Threads' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.create(id, 'agent', { input: { messages: [{ role: 'user', content: WISH }] } });
    const row = page.getByRole('row').filter({ hasText: id.slice(0, 8) });
    await row.getByText('Needs you').waitFor();
    expect(await row.count()).toBe(1);
    await page
      .getByTestId('announcer')
      .getByText(/questions? waits? for you/)
      .waitFor({ state: 'attached' });
    noProblems(opened);
  });

  it('holds no connection while nobody sees the tab, looks now and then, and follows again when it is seen', async () => {
    const opened = await openConsole(browser, { url: 'about:blank', path: '' });
    const { page } = opened;
    await page.clock.install();
    let asked = 0;
    page.on('request', (request) => void (request.url().endsWith('/changes') && (asked += 1)));
    await page.goto(`${server.url}/console/`);
    await page.getByText('Live', { exact: true }).waitFor();
    const show = (hidden: boolean): Promise<void> =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event('visibilitychange'))`);
    const left = (): Promise<unknown> =>
      page.waitForEvent('requestfailed', (request) => request.url().endsWith('/changes'));
    await Promise.all([left(), show(true)]);
    await Promise.all([left(), page.clock.fastForward(31_000)]);
    expect(asked).toBe(2);
    await show(false);
    await expect.poll(() => asked).toBe(3);
    const { thread_id: id } = await server.client.threads.create();
    await page
      .getByRole('row')
      .filter({ hasText: id.slice(0, 8) })
      .waitFor();
    await page.getByRole('link', { name: id.slice(0, 8) }).click();
    await page.getByRole('heading', { name: /^Thread / }).waitFor();
    await server.client.threads.delete(id);
    await page.getByText('There is no such thread.').waitFor();
    noProblems(opened);
  });

  it('stays right when the server goes away and comes back', async () => {
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('row').nth(1).waitFor();
    await server.process.kill();
    await page.getByText(/^Offline, last update/).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(1);
  });
});
