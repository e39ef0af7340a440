import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../wire/server.ts';
import { noProblems, openConsole, press, showsStatus, type ConsolePage } from './console-page.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

interface Decided {
  decision: {
    decisions: Record<string, unknown>[] | null;
    answer: unknown;
    additional_context: string | null;
    decided_by: string;
  } | null;
}

describe.skipIf(!hasBrowser)('deciding in the console', () => {
  const server = useServer();
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const ask = async (graph: string, input: Record<string, unknown>): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, graph, { input });
    return id;
  };
  const hold = (...tools: string[]): Promise<string> => ask('held', { tools, together: true });
  const decisionOf = async (threadId: string): Promise<NonNullable<Decided['decision']>> => {
    const { json } = await server.send('GET', `/approvals?status=all&thread_id=${threadId}`);
    const [approval] = json as Decided[];
    if (!approval?.decision) throw new Error('it is not decided');
    return approval.decision;
  };
  const openThread = async (threadId: string): Promise<ConsolePage> => {
    const opened = await openConsole(browser, { url: server.url, path: `/console/threads/${threadId}` });
    await opened.page.getByRole('article').first().waitFor();
    return opened;
  };
  const settled = (page: Page): Promise<void> => showsStatus(page, 'Done');

  it('approves with a key, and says who did', async () => {
    const id = await hold('deploy');
    const { page, ...rest } = await openThread(id);
    await page.getByRole('button', { name: 'You' }).click();
    await page.getByLabel('Your name').fill('Ada');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Extra context (optional)').fill('Only the staging machine.');
    await page.locator('h1').click();
    await press(page, 'a');
    await settled(page);
    expect(await decisionOf(id)).toMatchObject({
      decisions: [{ decision: 'approve' }],
      additional_context: 'Only the staging machine.',
      decided_by: 'Ada',
    });
    noProblems({ page, ...rest });
  });

  it('rejects only with a reason', async () => {
    const id = await hold('deploy');
    const opened = await openThread(id);
    const { page } = opened;
    await press(page, 'r');
    const reject = page.getByRole('button', { name: 'Reject', exact: true });
    await reject.waitFor();
    expect(await reject.isDisabled()).toBe(true);
    await page.getByLabel('Why not').fill('Not on a Friday.');
    await press(page, 'Control+Enter');
    await settled(page);
    expect(await decisionOf(id)).toMatchObject({
      decisions: [{ decision: 'reject', message: 'Not on a Friday.' }],
    });
    noProblems(opened);
  });

  it('goes through several calls one by one and sends them once, remembering where it was told to', async () => {
    const id = await hold('deploy', 'send_email');
    const opened = await openThread(id);
    const { page } = opened;
    await page.getByText('1 of 2').waitFor();
    await press(page, 'a');
    await page.getByText('2 of 2').waitFor();
    expect((await server.send('GET', `/approvals?thread_id=${id}`)).json).toHaveLength(1);
    await press(page, 'r');
    await page.getByLabel('Why not').fill('No mail.');
    await press(page, 'Control+Enter');
    await page.getByRole('button', { name: 'Send 2 decisions' }).click();
    await settled(page);
    expect(await decisionOf(id)).toMatchObject({
      decisions: [{ decision: 'approve' }, { decision: 'reject', message: 'No mail.' }],
    });
    noProblems(opened);
  });

  it('tells the second of two people who decided what, and when', async () => {
    const id = await hold('deploy');
    const { json } = await server.send('GET', `/approvals?thread_id=${id}`);
    const [{ id: approvalId }] = json as [{ id: string }];
    const opened = await openConsole(browser, {
      url: server.url,
      path: `/console/approvals?question=${approvalId}`,
    });
    const { page } = opened;
    await page.getByRole('article', { name: 'Question: deploy' }).waitFor();
    await server.send('POST', `/approvals/${approvalId}/decision`, {
      decision: 'reject',
      message: 'No.',
      decided_by: 'Grace',
    });
    await page.getByText('Decided', { exact: true }).waitFor();
    const said = page.getByText(/Grace rejected/);
    await said.waitFor();
    expect(await said.count()).toBe(1);
    noProblems(opened);
  });
});
