import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../support/deferred.ts';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { barriersOn, noProblems, openConsole, press, showsStatus, type ConsolePage } from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

interface Json {
  [field: string]: unknown;
}

describe.skipIf(!hasBrowser)('on the screen of a thread a person', () => {
  const server = useServer({
    dataDir: folderWithSchemas(),
    config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)),
  });
  const latch = useLatch();
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const api = async <T = Json>(method: string, path: string, body?: unknown): Promise<T> => {
    const { status, json, text } = await server.send(method, path, body);
    expect(status, text).toBeLessThan(300);
    return json as T;
  };
  const openThread = (threadId: string): Promise<ConsolePage> =>
    openConsole(browser, { url: server.url, path: `/console/threads/${threadId}` });
  const ended = async (threadId: string): Promise<Json> => {
    const [run] = await server.client.runs.list(threadId);
    return (await server.client.runs.join(threadId, run?.run_id ?? '')) as Json;
  };
  /** A run that a test holds in its second step. */
  const hold = async (place: string, agent = 'slow'): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.create(id, agent, { input: { url: latch.url(place) } });
    await latch.reached(place);
    return id;
  };
  /** A thread that rests before its third step. */
  const paused = async (place: string, agent = 'slow'): Promise<string> => {
    const id = await hold(place, agent);
    await api('POST', `/threads/${id}/pause`, { reason: 'a break' });
    latch.open(place);
    await expect.poll(async () => (await api(`GET`, `/threads/${id}/pause`))['state']).toBe('paused');
    return id;
  };
  const dialog = (page: Page) => page.getByRole('dialog');
  /** The threads that a list shows, in its order, by the beginnings of their ids. */
  const shownOn = async (page: Page): Promise<string[]> => {
    const boxes = await page.getByLabel(/^Select thread /).all();
    const names = await Promise.all(boxes.map((box) => box.getAttribute('aria-label')));
    return names.map((name) => name?.split(' ').at(-1) ?? '');
  };

  it('pauses it with a reason and a condition, sees it drain to a safe point, and the event lets it go on', async () => {
    const id = await hold('pause');
    const opened = await openThread(id);
    const { page } = opened;
    await showsStatus(page, 'Running');
    await press(page, 'p');
    const pause = dialog(page).getByRole('button', { name: 'Pause', exact: true });
    expect(await pause.isDisabled()).toBe(true);
    await dialog(page).getByLabel('Reason').fill('the disk is full');
    await dialog(page).getByLabel('Goes on').selectOption('event');
    expect(await pause.isDisabled()).toBe(true);
    await dialog(page).getByRole('textbox', { name: 'Event' }).fill('disk_freed');
    expect(await barriersOn(page)).toEqual([]);
    await press(page, 'Control+Enter');
    await dialog(page)
      .getByText(/\/hooks\//)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    const card = page.getByRole('region', { name: 'Pause' });
    await card.getByText('On the way to a safe point').waitFor();
    await showsStatus(page, 'Pausing');
    latch.open('pause');
    await showsStatus(page, 'Paused');
    await card.getByText('Checkpoint verified').waitFor();
    await card.getByText('“the disk is full”').waitFor();
    await card.getByText('the event disk_freed').waitFor();
    await card.getByText('before after').waitFor();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('Paused at a safe point, verified').waitFor();
    await api('POST', '/events', { type: 'disk_freed', id: 'freed once' });
    await showsStatus(page, 'Done');
    expect(await ended(id)).toMatchObject({ path: ['before', 'wait', 'after'] });
    noProblems(opened);
  });

  it('takes a pause back while the step in flight is finishing', async () => {
    const id = await hold('withdraw');
    await api('POST', `/threads/${id}/pause`, { reason: 'too early' });
    const opened = await openThread(id);
    const { page } = opened;
    await page.getByRole('region', { name: 'Pause' }).getByRole('button', { name: 'Withdraw' }).click();
    await showsStatus(page, 'Running');
    await page.getByRole('region', { name: 'Timeline' }).getByText('Pause withdrawn').waitFor();
    latch.open('withdraw');
    await showsStatus(page, 'Done');
    expect(await ended(id)).toMatchObject({ path: ['before', 'wait', 'after'] });
    noProblems(opened);
  });

  it('resumes it by keyboard, with something the agent should know', async () => {
    const id = await paused('context', 'noted');
    const opened = await openThread(id);
    const { page } = opened;
    await showsStatus(page, 'Paused');
    await press(page, 'u');
    await dialog(page).getByText('all pass').waitFor();
    await dialog(page).getByLabel('What the agent should know (optional)').fill('The disk is free again.');
    expect(await barriersOn(page)).toEqual([]);
    await press(page, 'Control+Enter');
    await showsStatus(page, 'Done');
    await page.getByRole('region', { name: 'State' }).getByText('The disk is free again.').waitFor();
    await page
      .getByRole('region', { name: 'Timeline' })
      .getByText(/The disk is free again/)
      .waitFor();
    noProblems(opened);
  });

  it('is shown why a resume is refused, check by check and field by field, and takes it upon themselves', async () => {
    const made = await server.client.assistants.create({
      graphId: 'slow',
      config: { configurable: { model: 'small' } },
    });
    const id = await paused('drift', made.assistant_id);
    await server.client.assistants.update(made.assistant_id, {
      config: { configurable: { model: 'large' } },
    });
    const opened = await openThread(id);
    const { page } = opened;
    await showsStatus(page, 'Paused');
    await page.getByRole('button', { name: 'Resume…' }).click();
    const checks = dialog(page).getByRole('region', { name: 'Checks before the resume' });
    const drift = checks.getByRole('row', { name: /config drift/ }).first();
    await drift.getByText('failed', { exact: true }).waitFor();
    const field = checks.getByRole('row', { name: /config\.configurable\.model/ }).last();
    expect(await field.innerText()).toMatch(/"small"\s+"large"/);
    await checks.getByText('checkpoint', { exact: false }).first().waitFor();
    const resume = dialog(page).getByRole('button', { name: 'Resume', exact: true });
    expect(await resume.isDisabled()).toBe(true);
    expect(await barriersOn(page)).toEqual([]);
    await dialog(page).getByLabel('Go on with the code and the configuration as they are now').check();
    await checks.getByText('accepted', { exact: true }).waitFor();
    await resume.click();
    await showsStatus(page, 'Done');
    expect(await ended(id)).toMatchObject({ path: ['before', 'wait', 'after'] });
    noProblems(opened);
  });

  it('forks it from an earlier checkpoint, changed, and leaves the thread itself as it is', async () => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'steps', { input: { steps: 3 } });
    const opened = await openThread(id);
    const { page } = opened;
    await showsStatus(page, 'Done');
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('button', { name: /Step 1/ }).click();
    await page.getByText('State then').waitFor();
    await page.getByRole('tab', { name: 'Difference' }).click();
    await page.getByRole('textbox', { name: 'Difference' }).waitFor();
    await page.locator('h1').click();
    await press(page, 'f');
    await dialog(page).getByLabel('Change the state first (optional)').fill('{"n": 2');
    await dialog(page).getByText('This is not a JSON object').waitFor();
    await dialog(page).getByLabel('Change the state first (optional)').fill('{"n": 2}');
    expect(await barriersOn(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Fork and go on' }).click();
    await page.waitForURL((url) => url.pathname.includes('/threads/') && !url.pathname.endsWith(id));
    await showsStatus(page, 'Done');
    const copy = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { values } = await server.client.threads.getState(copy);
    expect(values).toMatchObject({ n: 3 });
    expect(await server.client.runs.list(id)).toHaveLength(1);
    noProblems(opened);
  });

  it('reads what a model says while it says it, also after loading the page again', async () => {
    const [agent] = await server.client.assistants.search({ graphId: 'telling' });
    await api('GET', `/assistants/${agent?.assistant_id}/schemas`);
    const opened = await openConsole(browser, {
      url: server.url,
      path: `/console/launch?agent=${agent?.assistant_id}`,
    });
    const { page } = opened;
    await page.getByText('Tells a story, word by word').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('Tell me a story');
    await page.getByRole('button', { name: 'Other fields of the input' }).click();
    await page.getByRole('textbox', { name: 'url' }).fill(latch.url('story'));
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL('**/console/threads/*');
    await latch.reached('story');
    const state = page.getByRole('region', { name: 'State' });
    const speech = state.locator('[data-speaking]');
    await speech.getByText('Once upon', { exact: true }).waitFor();
    expect(await barriersOn(page)).toEqual([]);
    await page.reload();
    await speech.getByText('Once upon', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Graph' }).getByText('Tells a story, word by word').waitFor();
    latch.open('story');
    await showsStatus(page, 'Done');
    await expect.poll(() => speech.count()).toBe(0);
    await state.getByText('Once upon a time', { exact: true }).waitFor();
    expect(await state.getByText('Once upon').count()).toBe(1);
    noProblems(opened);
  });

  it('fills in times by the clocks of where they are, and they are sent as what JSON Schema calls them', async () => {
    const [agent] = await server.client.assistants.search({ graphId: 'dated' });
    await api('GET', `/assistants/${agent?.assistant_id}/schemas`);
    const opened = await openConsole(browser, {
      url: server.url,
      path: `/console/launch?agent=${agent?.assistant_id}`,
      timezone: 'Asia/Kolkata',
    });
    const { page } = opened;
    await page.getByLabel('when').fill('2026-12-01T09:00:00');
    await page.getByText('By the clocks of Asia/').waitFor();
    await page.getByLabel('day').fill('2026-12-24');
    await page.getByLabel('hour').fill('18:30');
    expect(await page.getByLabel('when').inputValue()).toMatch(/^2026-12-01T09:00(:00)?$/);
    expect(await barriersOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.waitForURL('**/console/threads/*');
    const values = await ended(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    expect(values).toMatchObject({ when: '2026-12-01T03:30:00.000Z', day: '2026-12-24', hour: '18:30:00' });
    noProblems(opened);
  });

  it('pauses, resumes and deletes many threads at once, and is told of each that was refused', async () => {
    const places = ['one', 'two', 'three'].map((name) => `bulk ${name} ${crypto.randomUUID()}`);
    const held: string[] = [];
    onTestFinished(async () => {
      places.forEach((place) => latch.open(place));
      for (const id of held) await server.send('DELETE', `/threads/${id}`);
    });
    for (const place of places) held.push(await hold(place));
    const opened = await openConsole(browser, { url: server.url, path: '/console/?group=running' });
    const { page } = opened;
    const bar = page.getByRole('region', { name: 'Selected threads' });
    const done = async (what: RegExp | string): Promise<void> => {
      await dialog(page).getByText(what).waitFor();
      await dialog(page).getByRole('button', { name: 'Close' }).last().click();
      await dialog(page).waitFor({ state: 'detached' }); // until then no key does anything
    };
    // The head and these: what tests before have left at work ends by itself.
    await expect.poll(() => page.getByRole('row').count()).toBe(1 + held.length);
    await page.getByLabel('Select all threads on this page').check();
    await bar.getByText('3 selected').waitFor();
    await bar.getByRole('button', { name: 'Pause at next step…' }).click();
    await dialog(page).getByLabel('Reason').fill('a drill');
    expect(await barriersOn(page)).toEqual([]);
    await press(page, 'Control+Enter');
    await done('3 of 3 done');
    places.forEach((place) => latch.open(place));
    await page.getByRole('button', { name: /^Paused/ }).click();
    await page.waitForURL(/group=paused/);
    for (const id of held)
      await expect.poll(async () => (await api('GET', `/threads/${id}/pause`))['state']).toBe('paused');
    const listed = await api<{ thread_id: string }[]>('GET', '/overview/threads?group=paused');
    await expect.poll(() => shownOn(page)).toEqual(listed.map(({ thread_id: id }) => id.slice(0, 8)));
    await press(page, 'j', 'x', 'j', 'x');
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Resume…' }).click();
    await dialog(page).getByRole('button', { name: 'Resume', exact: true }).click();
    await done('2 of 2 done');
    await page.getByRole('button', { name: /^All/ }).click();
    await page.getByRole('button', { name: /^Done/ }).waitFor();
    for (const id of held) await page.getByLabel(`Select thread ${id.slice(0, 8)}`).check();
    await bar.getByRole('button', { name: 'Resume…' }).click();
    await dialog(page).getByRole('button', { name: 'Resume', exact: true }).click();
    await done(/1 of 3 done, 2 refused/);
    for (const id of held) {
      await ended(id);
      await page.getByLabel(`Select thread ${id.slice(0, 8)}`).check();
    }
    await bar.getByRole('button', { name: 'Delete…' }).click();
    await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
    await done('3 of 3 done');
    for (const id of held) expect((await server.send('GET', `/threads/${id}`)).status).toBe(404);
    noProblems(opened);
  });

  it('does to all that match what was asked of those that matched then, and no more once it is closed', async () => {
    const make = async (): Promise<string> =>
      (await server.client.threads.create({ graphId: 'briefing' })).thread_id;
    const made = await Promise.all(Array.from({ length: 8 }, make));
    const opened = await openConsole(browser, { url: server.url, path: '/console/?q=briefing' });
    const { page } = opened;
    const bar = page.getByRole('region', { name: 'Selected threads' });
    const selectAll = async (): Promise<void> => {
      await page.getByLabel(`Select thread ${made[0]?.slice(0, 8)}`).check();
      await bar.getByRole('button', { name: 'Select all 8 matching' }).click();
      await bar.getByText('8 selected').waitFor();
    };
    await selectAll();
    const filter = page.getByLabel('Filter by thread id');
    await filter.fill('');
    await bar.waitFor({ state: 'detached' });
    await filter.fill('briefing');
    await page.waitForURL(/q=briefing/);
    await selectAll();
    await bar.getByRole('button', { name: 'Delete…' }).click();
    await dialog(page).getByText('Delete: 8 threads').waitFor();
    const late = await make();
    const begun: string[] = [];
    const closed = deferred<void>();
    await page.route(/\/threads\/[^/]+$/, async (route) => {
      if (route.request().method() !== 'DELETE') return route.continue();
      begun.push(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
      await closed.promise;
      return route.continue();
    });
    await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => begun.length).toBe(6);
    await dialog(page).locator('button[data-loading]').waitFor();
    await press(page, 'Escape');
    closed.resolve();
    await dialog(page).getByText('6 of 8 done, 2 left as they were').waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).last().click();
    const left = [late, ...made.filter((id) => !begun.includes(id))];
    await expect
      .poll(async () => (await shownOn(page)).toSorted())
      .toEqual(left.map((id) => id.slice(0, 8)).toSorted());
    for (const id of left) await server.client.threads.delete(id);
    noProblems(opened);
  });

  it('stays with the keys at the thread they were at when others come before it', async () => {
    const places = ['one', 'two'].map((name) => `cursor ${name} ${crypto.randomUUID()}`) as [string, string];
    onTestFinished(() => places.forEach((place) => latch.open(place)));
    const first = await hold(places[0]);
    const { page } = await openConsole(browser, { url: server.url, path: '/console/?group=running' });
    await expect.poll(() => shownOn(page)).toEqual([first.slice(0, 8)]);
    await press(page, 'j');
    const second = await hold(places[1]);
    await expect.poll(() => shownOn(page)).toEqual([second.slice(0, 8), first.slice(0, 8)]);
    await press(page, 'x');
    await page.getByRole('checkbox', { name: `Select thread ${first.slice(0, 8)}`, checked: true }).waitFor();
    await page.getByRole('button', { name: 'Emergency stop' }).focus();
    await press(page, 'Enter');
    await dialog(page).getByText('Pause at the next step').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/');
  });

  it('is shown what changed while a list was being read for the first time', async () => {
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    const chip = page.getByRole('button', { name: /^Paused/ });
    const before = Number(/\d+/.exec(await chip.innerText())?.[0] ?? 0);
    const read = deferred<void>();
    const changed = deferred<void>();
    await page.route(
      /\/overview\/threads\?.*group=paused/,
      async (route) => {
        const response = await route.fetch();
        read.resolve();
        await changed.promise;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await chip.click();
    await read.promise;
    const id = await paused('meanwhile');
    await expect.poll(() => chip.innerText()).toContain(String(before + 1)); // the page has heard of it
    changed.resolve();
    await page.getByLabel(`Select thread ${id.slice(0, 8)}`).waitFor();
    noProblems(opened);
  });

  it('reads two lines of a long reason above every screen, and the rest when asking', async () => {
    const reason = `${'because of the tides and the moon, '.repeat(40)}and nothing else`;
    const pause = await api<{ pause_id: string }>('POST', '/pauses', {
      scope: { graph_id: 'dated' },
      reason,
    });
    const opened = await openConsole(browser, { url: server.url, path: '/console/agents' });
    const { page } = opened;
    const banner = page.getByRole('status').filter({ hasText: 'Paused: graph dated' });
    await banner.waitFor();
    const height = async (): Promise<number> => (await banner.boundingBox())?.height ?? 0;
    await banner.getByRole('button', { name: 'More' }).waitFor();
    const before = await height();
    expect(before).toBeLessThan(160);
    await banner.getByRole('button', { name: 'More' }).click();
    await banner.getByRole('button', { name: 'Less' }).waitFor();
    expect(await height()).toBeGreaterThan(before);
    expect(await barriersOn(page)).toEqual([]);
    await banner.getByRole('button', { name: 'Let it go on' }).click();
    await banner.waitFor({ state: 'detached' });
    await api('GET', `/pauses/${pause.pause_id}`);
    noProblems(opened);
  });
});
