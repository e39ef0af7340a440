import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOnce, seedQuestions, seedThreads } from '../../bench/console-seed.mts';
import { useServer } from '../wire/server.ts';
import { noProblems, openConsole, PATIENCE, press, type ConsolePage } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

const THREADS = 10_000;
const STEPS = 1000;
const QUESTIONS = 200;
const QUESTION_LIST = `document.querySelector('nav[aria-label="Questions that wait"]')`;

/** It takes long to make so much: `HOLDPOINT_LONG=1 npm run test:browser`. */
const LONG = process.env['HOLDPOINT_LONG'] === '1';

describe.skipIf(!hasBrowser || !LONG)('the console, with much to show,', () => {
  const server = useServer({
    dataDir: folderWithSchemas(),
    config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)),
  });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  const open = (path: string): Promise<ConsolePage> =>
    openConsole(browser, { url: server.url, path: `/console${path}` });

  it('pages 10,000 threads on the server, and takes all that match when asked to', async () => {
    seedThreads(server.process.dataDir, THREADS);
    const opened = await open('/');
    const { page } = opened;
    const asked: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/overview/threads')) asked.push(new URL(response.url()).search);
    });
    await page.getByText('1 to 50 of 10,000').waitFor();
    expect(await page.getByRole('row').count()).toBe(51);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('51 to 100 of 10,000').waitFor();
    expect(new URL(page.url()).searchParams.get('page')).toBe('2');
    expect(asked.at(-1)).toContain('limit=50');
    await page.goto(`${server.url}/console/?page=200`);
    await page.getByText('9951 to 10000 of 10,000').waitFor();
    await page.getByLabel('Select all threads on this page').check();
    await page.getByRole('button', { name: 'Select all 10,000 matching' }).click();
    await page.getByText('10,000 selected').waitFor();
    noProblems(opened);
  });

  it('draws of 200 waiting questions those in sight, and moves through all of them', async () => {
    await seedQuestions(server.url, {
      graph: 'held',
      input: { tools: ['deploy'], together: true },
      count: QUESTIONS,
    });
    const opened = await open('/approvals');
    const { page } = opened;
    await page.getByText('200 waiting, oldest first').waitFor();
    const list = page.getByRole('navigation', { name: 'Questions that wait' });
    await page.getByRole('article', { name: 'Question: deploy' }).waitFor();
    expect(await list.getByRole('button').count()).toBeLessThan(60);
    await page.waitForFunction('document.title.startsWith("(200) ")');
    const more = list.getByRole('button', { name: 'Show more' });
    await page.evaluate(`${QUESTION_LIST}.scrollTo(0, 1e6)`);
    await more.click();
    await more.waitFor({ state: 'detached' });
    await press(page, 'j', 'j', 'k');
    await expect
      .poll(() => page.evaluate(`${QUESTION_LIST}.scrollHeight`), { timeout: PATIENCE })
      .toBeGreaterThan(QUESTIONS * 60);
    noProblems(opened);
  });

  it('draws of 1,000 checkpoints those in sight, and shows any of them', async () => {
    const thread = await runOnce(server.url, 'steps', { steps: STEPS });
    const opened = await open(`/threads/${thread}`);
    const { page } = opened;
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText(`Step ${STEPS}, the end`).waitFor();
    const more = timeline.getByRole('button', { name: 'Show what was before' });
    await more.click();
    await more.click();
    const lines = timeline.getByRole('group', { name: 'Moments, newest first' });
    await page.evaluate(`document.querySelector('[aria-label="Moments, newest first"]').scrollTo(0, 3000)`);
    const step = lines.getByRole('button', { name: /^Step 9\d\d, before step/ }).last();
    await step.click();
    await page.getByText('State then').waitFor();
    expect(await lines.getByRole('button').count()).toBeLessThan(60);
    noProblems(opened);
  });

  it('shows a state of 1 MB, and draws what is in sight of it', async () => {
    const pad = Array.from({ length: 20_000 }, (_none, line) => `line ${line} ${'x'.repeat(40)}`).join('\n');
    const thread = await runOnce(server.url, 'steps', { steps: 2, pad });
    const opened = await open(`/threads/${thread}`);
    const { page } = opened;
    const state = page.getByRole('textbox', { name: 'State' });
    await state.getByText('"steps"').waitFor();
    await page.getByRole('tab', { name: 'Difference' }).click();
    await page.getByRole('textbox', { name: 'Difference' }).getByText('"n"').first().waitFor();
    await page.getByRole('tab', { name: 'Raw' }).click();
    await page.getByRole('textbox', { name: 'Everything of this checkpoint' }).waitFor();
    expect(await page.locator('.cm-line').count()).toBeLessThan(500);
    noProblems(opened);
  });
});
