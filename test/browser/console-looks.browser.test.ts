import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../wire/server.ts';
import { barriersOn, noProblems, openConsole, overflows, PATIENCE, press } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

const ASSETS = fileURLToPath(new URL('../../dist/console/assets', import.meta.url));

const HOSTILE = [
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
  '[click](javascript:window.hacked=1) ![](https://example.com/x.png)',
  'W'.repeat(3000),
  '\u202Eright to left\u202C مرحبا',
].join('\n\n');

const gzipped = (name: string): number => readFileSync(join(ASSETS, `${name}.gz`)).length;

/** The feed of changes is what the test says, and breaks for good when the test ends it. */
const OWN_FEED = `{
  const real = window.fetch.bind(window);
  window.fetch = (path, init) => {
    if (path !== '/changes') return real(path, init);
    if (window.feed) return Promise.reject(new TypeError('gone'));
    const { readable, writable } = new TransformStream();
    window.feed = writable.getWriter();
    window.tell = (text) => window.feed.write(new TextEncoder().encode(text));
    window.tell('event: hello\\ndata: {}\\n\\n');
    return Promise.resolve(new Response(readable));
  };
}`;

describe.skipIf(!hasBrowser)('the console, looked at,', () => {
  const server = useServer({ dataDir: folderWithSchemas() });
  let browser: Browser;
  let asking = '';
  beforeAll(async () => {
    browser = await openBrowser();
    const wish = { messages: [{ role: 'user', content: 'Write the list of changes to changes.md' }] };
    ({ thread_id: asking } = await server.client.threads.create());
    await server.client.runs.wait(asking, 'agent', { input: wish });
    const { thread_id: failed } = await server.client.threads.create();
    await server.client.runs.wait(failed, 'failing', { input: {} }).catch(() => undefined);
    const { thread_id: hostile } = await server.client.threads.create();
    await server.client.runs.wait(hostile, 'held', {
      input: { tools: ['deploy'], args: { [HOSTILE.slice(0, 40)]: HOSTILE, to: HOSTILE } },
    });
  });
  afterAll(() => browser?.close());

  const SCREENS = () => [
    { path: '/console/', ready: 'Threads' },
    { path: '/console/approvals', ready: 'Approvals' },
    { path: `/console/threads/${asking}`, ready: /^Thread / },
    { path: '/console/stop', ready: 'Emergency stop' },
    { path: '/console/launch', ready: 'Launch a run' },
    { path: '/console/control', ready: 'Control' },
    { path: '/console/activity', ready: 'Activity' },
    { path: '/console/agents', ready: 'Agents' },
  ];

  it('fits into 360 pixels on every screen, and leads everywhere from there', async () => {
    const opened = await openConsole(browser, { url: server.url, width: 360, height: 740 });
    const { page } = opened;
    for (const { path, ready } of SCREENS()) {
      await page.goto(`${server.url}${path}`);
      await page.getByRole('heading', { name: ready, level: 1 }).waitFor();
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'hidden' });
      expect(await overflows(page), path).toBe(false);
    }
    await page.getByRole('button', { name: 'Navigation' }).click();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Navigation' }).click();
    await page.getByRole('button', { name: 'You', exact: true }).click();
    await page.getByRole('dialog', { name: 'You' }).getByLabel('API key').waitFor();
    noProblems(opened);
  });

  it('shows hostile texts as text', async () => {
    const opened = await openConsole(browser, { url: server.url, path: '/console/approvals', width: 800 });
    const { page } = opened;
    await page.getByRole('button', { name: /deploy/ }).click();
    const question = page.getByRole('article', { name: 'Question: deploy' });
    await question.getByText('onerror="window.hacked=1"').first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await question.locator('img, script, a[href^="javascript"]').count()).toBe(0);
    noProblems(opened);
  });

  it('keeps the rest of the page when a part cannot be loaded, and loads it when asked to again', async () => {
    const opened = await openConsole(browser, { url: 'about:blank', path: '' });
    const { page } = opened;
    const parts = /\/assets\/(overlays|approvals-screen)-.*\.js$/;
    await page.route(parts, (route) => route.abort());
    await page.goto(`${server.url}/console/`);
    await page.getByRole('heading', { name: 'Threads', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Approvals' }).click();
    const lost = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
    await expect.poll(() => lost.count()).toBe(2);
    await page.unroute(parts);
    await page.locator('#main').getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
    expect(await barriersOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Emergency stop' }).click();
    await lost.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog', { name: 'Emergency stop' }).waitFor();
    noProblems(opened);
  });

  it('shows all of two states that are too unlike to be drawn as one difference', async () => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'steps', { input: { steps: 1 } });
    for (const seed of [3, 7])
      await server.client.threads.updateState(id, {
        values: { pad: Array.from({ length: 5000 }, (_none, place) => (place + 1) * seed) },
      });
    const opened = await openConsole(browser, {
      url: server.url,
      path: `/console/threads/${id}?tab=difference`,
    });
    const { page } = opened;
    await page.getByText('Too much is different').waitFor();
    for (const label of ['Before', 'After'])
      await page.getByRole('textbox', { name: label }).getByText('"pad"').waitFor();
    expect(await page.locator('.cm-line, .cm-deletedLine').count()).toBeLessThan(500);
    expect(await barriersOn(page)).toEqual([]);
    noProblems(opened);
  });

  it('shows an agent that was made elsewhere, although no news tells of it', async () => {
    const { page } = await openConsole(browser, { url: 'about:blank', path: '' });
    await page.clock.install();
    await page.goto(`${server.url}/console/agents`);
    const agents = page.getByRole('navigation', { name: 'Agents' });
    await agents.getByRole('link').first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const made = await server.client.assistants.create({ graphId: 'steps', name: 'Made elsewhere' });
    await page.clock.fastForward(31_000);
    await expect.poll(() => agents.getByText('Made elsewhere').count(), { timeout: PATIENCE }).toBe(1);
    await server.client.assistants.delete(made.assistant_id);
  });

  it('says how long ago the server was last heard of, which gives a sign of life where nothing changes', async () => {
    const { page } = await openConsole(browser, { url: 'about:blank', path: '' });
    await page.clock.install();
    await page.addInitScript(OWN_FEED);
    await page.goto(`${server.url}/console/`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.clock.fastForward(40_000);
    await page.evaluate("tell(': heartbeat\\n')");
    await page.evaluate('feed.close()');
    const said = page.getByText(/^Offline, last update/);
    expect(await said.innerText()).toMatch(/last update \ds ago/);
  });

  it('stays with the agent whose form is being filled in when another comes before it, and is told of one that is gone', async () => {
    const { page } = await openConsole(browser, { url: server.url, path: '/console/launch' });
    await page.waitForURL(/agent=/);
    await page.getByRole('button', { name: 'Thread, context and configuration' }).click();
    await page.getByLabel('Configuration').fill('{"tags": ["mine"]}');
    const { assistant_id: assistantId } = await server.client.assistants.create({
      graphId: 'steps',
      name: 'AAA',
    });
    await server.client.runs.wait(null, 'steps', { input: { steps: 1 } }); // of which the page hears
    const choice = page.getByRole('combobox', { name: 'Agent' });
    await choice.click();
    await page.getByRole('option', { name: /^AAA/ }).waitFor();
    await press(page, 'Escape');
    expect(await page.getByLabel('Configuration').inputValue()).toBe('{"tags": ["mine"]}');
    await server.client.assistants.delete(assistantId);
    await page.goto(`${server.url}/console/launch?agent=${assistantId}`);
    await page.getByText('assistant_not_found').waitFor();
    expect(await page.getByRole('button', { name: 'Launch', exact: true }).count()).toBe(0);
  });

  it('lets a time and several words be typed into the filters of the activity', async () => {
    const { page } = await openConsole(browser, { url: server.url, path: '/console/activity' });
    const from = page.getByLabel('From', { exact: true });
    await from.pressSequentially('01/02/0002');
    expect(new URL(page.url()).searchParams.get('since')).toBeNull();
    await from.fill('2025-01-02T03:04');
    await from.press('Enter');
    await page.waitForURL(/since=2025-01-0/);
    await page.getByLabel('Who').pressSequentially('some ');
    await page.waitForURL(/actor=some/);
    await page.getByLabel('Who').pressSequentially('body');
    await page.waitForURL(/actor=some(%20|\+)body/);
  });

  it('keeps what it loads within its budget', async () => {
    const opened = await openConsole(browser, { url: 'about:blank', path: '' });
    const { page } = opened;
    // What is loaded in the quiet time after the first screen is no part of it.
    await page.addInitScript(
      'window.setTimeout = ((real) => (run, ms, ...rest) => real(run, ms === 1500 ? 600000 : ms, ...rest))(window.setTimeout)',
    );
    const loaded = new Set<string>();
    page.on('request', (request) => {
      const [, name] = /\/assets\/([^?]+\.js)$/.exec(request.url()) ?? [];
      if (name !== undefined) loaded.add(name);
    });
    await page.goto(`${server.url}/console/`);
    await page.getByRole('row').nth(1).waitFor();
    const first = [...loaded].map(gzipped).reduce((sum, size) => sum + size, 0);
    const all = readdirSync(ASSETS).filter((name) => name.endsWith('.js'));
    expect(first).toBeLessThanOrEqual(230 * 1024);
    for (const name of all) expect(gzipped(name), name).toBeLessThanOrEqual(150 * 1024);
    expect(all.map(gzipped).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(700 * 1024);
  });
});

describe('how the console is served', () => {
  const server = useServer({ dataDir: folderWithSchemas() });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers, redirect: 'manual' });

  it('leads browsers there from the root, and nobody else', async () => {
    const browserSaid = await get('/', { accept: 'text/html,*/*' });
    expect([browserSaid.status, browserSaid.headers.get('location')]).toEqual([302, '/console/']);
    expect((await get('/', { accept: 'application/json' })).status).toBe(404);
  });

  it('gives every page a policy with a nonce of its own, under which only its own code runs', async () => {
    const nonces = new Set<string>();
    for (const path of ['/console/', '/console/threads/anything', '/console/approvals']) {
      const response = await get(path);
      const policy = response.headers.get('content-security-policy') ?? '';
      const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? [];
      nonces.add(nonce);
      expect(policy).toContain("default-src 'none'; script-src 'self'");
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).toContain(`content="${nonce}"`);
    }
    expect(nonces.size).toBe(3);
  });

  it('lets hashed files be kept for ever, packed for who takes that, and knows no other files', async () => {
    const [, script = ''] =
      /src="(\/console\/assets\/[^"]+\.js)"/.exec(await (await get('/console/')).text()) ?? [];
    const packed = await get(script, { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('/console/assets/none.js')).status).toBe(404);
    expect((await get('/console/..%2f..%2fpackage.json')).status).toBe(404);
  });
});
