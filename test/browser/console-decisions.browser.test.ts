import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../wire/server.ts';
import {
  decidable,
  noProblems,
  openConsole,
  PATIENCE,
  press,
  showsStatus,
  type ConsolePage,
} from './console-page.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser } from './page-server.ts';

interface Decided {
  decision: {
    decisions: Record<string, unknown>[] | null;
    answer: unknown;
    additional_context: string | null;
    decided_by: string;
  } | null;
}

/** Clicks and presses `a` as soon as the question about beta is there: sooner than any hand. */
const PRESS_AGAIN = `
  new MutationObserver((_, observer) => {
    const button = document.querySelector('article[aria-label="Question: beta"] button[data-size=md]');
    if (!button) return;
    observer.disconnect();
    window.pressedAgain = true;
    button.click();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true }));
  }).observe(document.body, { childList: true, subtree: true })`;

describe.skipIf(!hasBrowser)('deciding in the console', () => {
  const server = useServer({ dataDir: folderWithSchemas() });
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
  const decideFor = async (who: string, threadId: string): Promise<void> => {
    const { json } = await server.send('GET', `/approvals?thread_id=${threadId}`);
    const [{ id }] = json as [{ id: string }];
    const said = { decision: 'reject', message: 'No.', decided_by: who };
    expect((await server.send('POST', `/approvals/${id}/decision`, said)).status).toBe(200);
  };
  const openThread = async (threadId: string): Promise<ConsolePage> => {
    const opened = await openConsole(browser, { url: server.url, path: `/console/threads/${threadId}` });
    await decidable(opened.page);
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

  it('edits as JSON, shows the difference, and remembers nothing it was not told to', async () => {
    const id = await hold('deploy');
    const opened = await openThread(id);
    const { page } = opened;
    await press(page, 'e');
    await page.getByText('JSON', { exact: true }).click();
    const editor = page.getByLabel('Arguments as JSON');
    await editor.click();
    await press(page, 'Control+a');
    await page.keyboard.insertText('{"to": "staging@example.com"');
    await page.getByText('This is not a JSON object yet.').waitFor();
    await page.keyboard.insertText('}');
    await page.getByRole('radiogroup', { name: 'Edit by' }).getByText('Difference').click();
    await page.locator('.cm-deletedChunk').getByText('ops@example.com').waitFor();
    await page.locator('.cm-content').getByText('staging@example.com').waitFor();
    await page.getByRole('button', { name: 'Approve with edits' }).click();
    await settled(page);
    expect(await decisionOf(id)).toMatchObject({
      decisions: [{ decision: 'edit', args: { to: 'staging@example.com' } }],
    });
    noProblems(opened);
  });

  it('remembers for the thread what it is told to, and nobody is asked there again', async () => {
    const id = await hold('deploy');
    const opened = await openThread(id);
    const { page } = opened;
    await page.getByLabel('Next time this tool is called').first().click();
    await page.getByRole('option', { name: 'Answer likewise on this thread' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await settled(page);
    await server.client.runs.wait(id, 'held', { input: { tools: ['deploy'], together: true } });
    const [answered] = await server.client.runs.list(id, { limit: 1 }); // the run that goes on with the answer
    await server.client.runs.join(id, answered?.run_id ?? '');
    expect((await server.client.threads.get(id)).status).toBe('idle');
    noProblems(opened);
  });

  it('answers a tool in its place, and a plain question with any JSON', async () => {
    const tool = await hold('deploy');
    const first = await openThread(tool);
    await press(first.page, 'm');
    await first.page.getByRole('textbox', { name: 'Answer', exact: true }).fill('It is deployed already.');
    await first.page.getByRole('button', { name: 'Send the answer' }).click();
    await settled(first.page);
    expect(await decisionOf(tool)).toMatchObject({
      decisions: [{ decision: 'respond', message: 'It is deployed already.' }],
    });

    const plain = await ask('gate', {});
    const second = await openThread(plain);
    await press(second.page, 'm');
    await second.page.getByRole('textbox', { name: 'Answer', exact: true }).fill('false');
    await second.page.getByRole('switch', { name: 'It is JSON' }).click();
    await second.page.getByRole('button', { name: 'Send the answer' }).click();
    await settled(second.page);
    expect((await server.client.threads.getState(plain)).values).toMatchObject({ decision: false });
    noProblems(second);
  });

  it('goes through several calls one by one and sends them once', async () => {
    const id = await hold('deploy', 'send_email');
    const opened = await openThread(id);
    const { page } = opened;
    await page.getByText('1 of 2').waitFor();
    await press(page, 'a');
    await page.getByText('2 of 2').waitFor();
    await decidable(page);
    expect((await server.send('GET', `/approvals?thread_id=${id}`)).json).toHaveLength(1);
    await press(page, 'r');
    await page.getByLabel('Why not').fill('No mail.');
    await press(page, 'Control+Enter');
    const send = page.getByRole('button', { name: 'Send 2 decisions', disabled: false });
    await send.waitFor();
    const sent: string[] = [];
    page.on('request', (request) => void (request.url().endsWith('/decision') && sent.push(request.url())));
    await press(page, '?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.waitFor();
    await press(page, 'Control+Enter', 'Escape');
    await help.waitFor({ state: 'hidden' });
    expect(sent).toEqual([]);
    await send.click();
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
    await decideFor('Grace', id);
    await page.getByText('Decided', { exact: true }).waitFor();
    const said = page.getByText(/Grace rejected/);
    await said.waitFor();
    expect(await said.count()).toBe(1);
    noProblems(opened);
  });

  it('keeps the question in front when somebody else decides it, and says who did', async () => {
    const first = await hold('alpha');
    const second = await hold('beta');
    const opened = await openConsole(browser, { url: server.url, path: '/console/approvals' });
    const { page } = opened;
    await decidable(page.getByRole('article', { name: 'Question: alpha' }));
    await decideFor('Grace', first);
    const list = page.getByRole('navigation', { name: 'Questions that wait' });
    await list.getByText('alpha', { exact: true }).waitFor({ state: 'hidden' });
    await page
      .getByRole('article', { name: 'Question: alpha' })
      .getByText(/Grace rejected/)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await decideFor('Grace', second);
    noProblems(opened);
  });

  it('takes a second click or key for no answer to the question that has come to the place of the first', async () => {
    const first = await hold('alpha');
    const second = await hold('beta');
    const opened = await openConsole(browser, { url: server.url, path: '/console/approvals' });
    const { page } = opened;
    const sent: string[] = [];
    page.on('request', (request) => void (request.url().endsWith('/decision') && sent.push(request.url())));
    await decidable(page.getByRole('article', { name: 'Question: alpha' }));
    await page.evaluate(PRESS_AGAIN);
    await press(page, 'a');
    await decidable(page.getByRole('article', { name: 'Question: beta' }));
    expect(await page.evaluate('pressedAgain')).toBe(true);
    expect(sent).toHaveLength(1);
    expect(await decisionOf(first)).toMatchObject({ decisions: [{ decision: 'approve' }] });
    await press(page, 'a');
    await page.getByText('Nobody waits for you').waitFor();
    expect(await decisionOf(second)).toMatchObject({ decisions: [{ decision: 'approve' }] });
    noProblems(opened);
  });

  it('tells on the thread too who was faster', async () => {
    const id = await hold('deploy');
    const opened = await openThread(id);
    const { page } = opened;
    await page.route('**/decision', async (route) => {
      await decideFor('Grace', id);
      await route.continue();
    });
    await press(page, 'a');
    const question = page.getByRole('article', { name: 'Question: deploy' });
    await question.getByText(/Grace rejected/).waitFor();
    expect(await question.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    noProblems(opened);
  });

  it('tells screen readers of each question that comes, in the same words if need be', async () => {
    const first = await hold('alpha');
    const opened = await openConsole(browser, { url: server.url });
    const { page } = opened;
    await page.getByRole('link', { name: /^Approvals.*waiting/ }).waitFor();
    const said = page.getByTestId('announcer');
    const heard = async (words: RegExp): Promise<void> =>
      await expect.poll(() => said.innerText(), { timeout: PATIENCE }).toMatch(words);
    const second = await hold('beta');
    await heard(/questions wait for you/);
    await decideFor('Grace', second);
    await heard(/^$/);
    const third = await hold('beta');
    await heard(/questions wait for you/);
    for (const thread of [first, third]) await decideFor('Grace', thread);
    noProblems(opened);
  });

  it('is moved through with j and k, and goes on to the next question by itself', async () => {
    const first = await hold('alpha');
    await hold('beta');
    const opened = await openConsole(browser, { url: server.url, path: '/console/approvals' });
    const { page } = opened;
    const list = page.getByRole('navigation', { name: 'Questions that wait' });
    await page.getByRole('article', { name: 'Question: alpha' }).waitFor();
    await press(page, 'j');
    await page.getByRole('article', { name: 'Question: beta' }).waitFor();
    await press(page, 'k');
    await decidable(page.getByRole('article', { name: 'Question: alpha' }));
    await press(page, 'a');
    await page.getByRole('article', { name: 'Question: beta' }).waitFor();
    await list.getByText('alpha', { exact: true }).waitFor({ state: 'hidden' });
    expect(await decisionOf(first)).toMatchObject({ decisions: [{ decision: 'approve' }] });
    noProblems(opened);
  });

  it('shows all of what is to be approved: markup, other fields, arguments of any kind, and signs that turn the text', async () => {
    const description =
      'Approve the transfer?\n\n<plan>\nDelete the production database\n</plan>\n\nfrom &#x202e;2000';
    const none = { action_requests: null, actionRequests: null, action_request: null };
    const plain = { ...none, description, amount: 1_000_000, to: 'account \u202E0001' };
    const first = await openThread(await ask('held', { tools: ['pay'], together: true, deadline: plain }));
    const question = first.page.getByRole('article');
    for (const text of [
      'Delete the production database',
      '<plan>',
      'from ⟦U+202E⟧2000',
      '1000000',
      'account ⟦U+202E⟧0001',
    ])
      await question.getByText(text).waitFor();
    noProblems(first);

    const shell = {
      action_requests: [{ name: 'shell\u202E', args: 'rm -rf /', description: 'Frees space' }],
      description: 'The disk is full',
    };
    const second = await openThread(await ask('held', { tools: ['pay'], together: true, deadline: shell }));
    for (const text of ['The disk is full', 'Frees space', 'rm -rf /'])
      await second.page.getByRole('article').getByText(text).waitFor();
    expect(await second.page.getByRole('article').getByRole('heading').innerText()).toBe('shell⟦U+202E⟧');
    noProblems(second);
  });

  it('sends with an edit what was said, no defaults and nothing to remember, and goes to JSON where no form can be', async () => {
    const properties = { to: { type: 'string' }, force: { type: 'boolean', default: true } };
    const config = { action_name: 'deploy', allowed_decisions: ['approve', 'edit'] };
    const deadline = { review_configs: [{ ...config, args_schema: { type: 'object', properties } }] };
    const id = await ask('held', { tools: ['deploy'], together: true, deadline });
    const first = await openThread(id);
    await first.page.getByLabel('Next time this tool is called').first().click();
    await first.page.getByRole('option', { name: 'Answer likewise on this thread' }).click();
    await first.page.locator('h1').click();
    await press(first.page, 'e');
    await first.page.getByLabel('to', { exact: true }).fill('staging@example.com');
    await press(first.page, 'Control+Enter');
    await settled(first.page);
    expect((await decisionOf(id)).decisions).toEqual([
      { decision: 'edit', args: { to: 'staging@example.com' } },
    ]);
    noProblems(first);

    const args = { list: [1, 'a', { x: 1 }] };
    const second = await openThread(await ask('held', { tools: ['deploy'], together: true, args }));
    await press(second.page, 'e');
    await second.page.getByLabel('Arguments as JSON').waitFor();
    noProblems(second);
  });

  it('gives keys, where several questions are, to the one that has the focus', async () => {
    const id = await ask('parallel-questions', {});
    const opened = await openThread(id);
    const { page } = opened;
    const questions = page.getByRole('article', { name: 'Question: plain' });
    await questions.nth(2).waitFor();
    await press(page, 'm');
    await questions.nth(1).getByText('asked').click();
    await press(page, 'm');
    await questions.nth(1).getByRole('textbox', { name: 'Answer', exact: true }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Answer', exact: true }).count()).toBe(1);
    noProblems(opened);
  });
});
