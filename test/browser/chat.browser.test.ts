import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser, servePages, type PageServer } from './page-server.ts';

const WISH = { messages: [{ type: 'human', content: 'Write the release notes for 1.2 to notes.md' }] };
const CLIENTS = [
  { client: 'useStream of @langchain/langgraph-sdk/react', page: 'older' },
  { client: '@langchain/react over server-sent events', page: 'newer', transport: 'sse' },
  { client: '@langchain/react over a WebSocket', page: 'newer', transport: 'websocket' },
];

describe.skipIf(!hasBrowser)('in a browser, from another origin,', () => {
  const server = useServer({ dataDir: folderWithSchemas() });
  const latch = useLatch();
  let browser: Browser;
  let pages: PageServer;
  beforeAll(async () => {
    [browser, pages] = await Promise.all([openBrowser(), servePages(['older', 'newer'])]);
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
  });

  describe.each(CLIENTS)('$client', ({ page: name, transport }) => {
    const open = async (graph: string, input: object): Promise<Page> => {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const query = new URLSearchParams({ api: server.url, graph, input: JSON.stringify(input) });
      if (transport !== undefined) query.set('transport', transport);
      await page.goto(`${pages.origin}/${name}?${query}`);
      return page;
    };
    const shows = async (page: Page, id: string, text: string): Promise<string> => {
      const found = page.locator(`#${id}`, { hasText: text });
      await found.waitFor({ timeout: 60_000 }).catch(async () => {
        const heard = (await page.evaluate('heard.slice(-1500)')) as string;
        const shown = await page.locator('body').innerText();
        throw new Error(`#${id} never said "${text}": ${shown}, having heard …${heard}`);
      });
      return found.innerText();
    };
    const asks = (page: Page): Promise<string> => shows(page, 'question', '"write_file"');
    const answer = async (page: Page, how: string): Promise<void> => {
      await page.click(`#${how}`);
    };
    const threadOf = async (page: Page): Promise<string> =>
      (await page.evaluate('sessionStorage.getItem("thread")')) as string;

    it('sends, shows tokens as they come, shows the question, and approves it', async () => {
      const page = await open('agent', WISH);
      await page.click('#send');
      await asks(page);
      const lengths = (await page.evaluate('window.lengths')) as number[];
      // The newer clients draw what came within a moment at once; the rehearsal says all it has in less.
      expect(new Set(lengths).size).toBeGreaterThan(name === 'older' ? 1 : 0);
      await answer(page, 'approve');
      await shows(page, 'messages', 'Done');
      await shows(page, 'state', 'idle');
      expect(await page.locator('#question').innerText()).toBe('');
      expect(await page.locator('#error').innerText()).toBe('');
    });

    it('edits what is asked', async () => {
      const page = await open('agent', WISH);
      await page.click('#send');
      await asks(page);
      await answer(page, 'edit');
      expect(await shows(page, 'messages', 'Wrote 6 bytes')).toContain('Wrote 6 bytes');
    });

    it('is loaded again while a question waits, and rejects it', async () => {
      const page = await open('agent', WISH);
      await page.click('#send');
      await asks(page);
      await page.reload();
      // The newer client is told again of the run before, and knows no question until it has heard it to its end.
      if (name === 'newer') await page.waitForFunction(`heard.includes('"event":"interrupted"')`);
      await shows(page, 'state', 'idle');
      await asks(page);
      await answer(page, 'reject');
      expect(await shows(page, 'messages', 'not today')).toContain('not today');
      await shows(page, 'state', 'idle');
    });

    it('is loaded again in the middle of a run, and sees its end', async () => {
      const place = `reload ${randomUUID()}`; // a new one when the test is tried again
      const page = await open('slow', { url: latch.url(place) });
      await page.click('#send');
      await latch.reached(place);
      await shows(page, 'state', 'running');
      await page.reload();
      await shows(page, 'state', 'running');
      await shows(page, 'path', '["before"]'); // what it reads of the thread comes first: it would hide what it hears
      latch.open(place);
      expect(await shows(page, 'path', '["before","wait","after"]')).toContain('after');
      await shows(page, 'state', 'idle');
    });

    it('stops a run', async () => {
      const place = `stop ${randomUUID()}`;
      const page = await open('slow', { url: latch.url(place) });
      await page.click('#send');
      await latch.reached(place);
      await page.click('#stop');
      await shows(page, 'state', 'idle');
      const [run] = await server.client.runs.list(await threadOf(page));
      if (run) await server.client.runs.join(run.thread_id, run.run_id);
      const [stopped] = await server.client.runs.list(await threadOf(page));
      expect(stopped).toMatchObject({ status: 'interrupted' });
      latch.open(place);
    });
  });
});
