import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { folderWithKeys, type Keys } from '../security/keys-server.ts';
import { barriersOn, noProblems, openConsole, showsStatus } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

describe.skipIf(!hasBrowser)('the console of a server that wants a key', () => {
  let server: ServerUnderTest;
  let keys: Pick<Keys, 'read' | 'admin' | 'run'>;
  let browser: Browser;
  let port = '';
  const begin = async (dataDir: string): Promise<void> => {
    server = await startServerProcess({ dataDir, ...(port !== '' && { args: ['--port', port] }) });
    ({ port } = new URL(server.url));
  };
  beforeAll(async () => {
    const made = await folderWithKeys(['read', 'admin', 'run']);
    keys = made.keys;
    [browser] = await Promise.all([openBrowser(), begin(folderWithSchemas(made.dataDir))]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await server?.kill('SIGTERM');
  });

  const send = async (method: string, path: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'x-api-key': keys.admin },
      body: JSON.stringify(body),
    });
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as Record<string, string>;
  };

  it('asks for it, says that a wrong one is refused, takes a good one, and stays right over a restart', async () => {
    const { thread_id: id = '' } = await send('POST', '/threads', {});
    await send('POST', `/threads/${id}/runs/wait`, { assistant_id: 'held', input: { tools: ['deploy'] } });

    const opened = await openConsole(browser, { url: server.url, path: `/console/threads/${id}` });
    const { page } = opened;
    const dialog = page.getByRole('dialog', { name: 'This server wants a key' });
    await dialog.waitFor();
    expect(await barriersOn(page)).toEqual([]);
    expect(await page.locator('#main').innerText()).not.toContain('deploy');
    await dialog.getByLabel('API key').fill('hp_wrong');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The key this tab has is refused.').waitFor();
    await dialog.getByLabel('API key').fill(keys.admin);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('article', { name: 'Question: deploy' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();

    await server.kill();
    await page.getByText(/^Offline, last update/).waitFor();
    await page.getByRole('article', { name: 'Question: deploy' }).waitFor();
    await begin(server.dataDir);
    await page.getByText(/^Offline, last update/).waitFor({ state: 'detached' });
    expect(await dialog.count()).toBe(0);
    await page.getByRole('article', { name: 'Question: deploy' }).waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await showsStatus(page, 'Done');
    noProblems(opened);
  });

  it('shows nothing to another key of what one saw, and says where one may not read', async () => {
    await send('POST', '/threads', { metadata: { graph_id: 'held' } });
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    const dialog = page.getByRole('dialog');
    const take = async (key: string): Promise<void> => {
      await dialog.getByLabel('API key').fill(key);
      await dialog.getByRole('button', { name: 'Save' }).click();
    };
    await dialog.getByLabel('API key').fill(`${keys.read}\u200B`);
    await dialog.getByText('There is a sign in it that no key has').waitFor();
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await take(keys.read);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('row').nth(1).waitFor();
    await page.getByRole('button', { name: 'You', exact: true }).click();
    await take(keys.run);
    await page.getByText('Refused', { exact: true }).waitFor();
    await page.getByText('The server does not tell this key what changes').waitFor();
    await page.getByRole('row').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Emergency stop' }).click();
    await dialog.getByLabel('Reason').waitFor();
    expect(await dialog.getByText(/threads? runs? now|run now/).count()).toBe(0);
    noProblems(opened);
  });

  it('says what a key may not do, and keeps the key from the address, the storage that stays, and what is to be copied', async () => {
    const opened = await openConsole(browser, { url: server.url, path: '/console/launch?agent=agent' });
    const { page } = opened;
    const dialog = page.getByRole('dialog', { name: 'This server wants a key' });
    await dialog.getByLabel('API key').fill(keys.read);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const launch = page.getByRole('button', { name: 'Launch', exact: true });
    await page.getByLabel('Message', { exact: true }).fill('Hello');
    await launch.click();
    await page.getByText('it has not the scope "run"').first().waitFor();
    expect(await page.content()).not.toContain(keys.read);
    expect(page.url()).not.toContain(keys.read);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(keys.read);
    expect(await page.getByRole('region', { name: 'The same by code' }).innerText()).toContain(
      'HOLDPOINT_KEY',
    );
    noProblems(opened);
  });
});
