import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { drives } from '../wire/rows.ts';
import { useServer } from '../wire/server.ts';
import { folderWithSchemas } from './kept-schemas.ts';
import { hasBrowser, openBrowser, servePages, type PageServer } from './page-server.ts';

interface Call {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  save?: Record<string, string>;
}

interface Answered {
  name: string;
  status: number;
  text: string;
}

const CALLS = JSON.parse(
  readFileSync(fileURLToPath(new URL('studio-calls.json', import.meta.url)), 'utf8'),
) as Call[];

/** A component with styles, a picture of its own state, and another module. */
const UI = `
import { useState } from 'react';
import './ui.css';
import { greeting } from './words.ts';
const Hello = ({ name }) => {
  const [times, setTimes] = useState(0);
  return <button className="hello" onClick={() => setTimes(times + 1)}>{greeting(name, times)}</button>;
};
export default { hello: Hello };
`;
const STEPS = `
import { Annotation, StateGraph } from '@langchain/langgraph';
const last = <T>(initial: T) => Annotation<T>({ reducer: (_before, after) => after, default: () => initial });
const State = Annotation.Root({ n: last(0), steps: last(1), pad: last('') });
export const graph = new StateGraph(State)
  .addNode('step', ({ n }) => ({ n: n + 1 }))
  .addEdge('__start__', 'step')
  .addConditionalEdges('step', ({ n, steps }) => (n < steps ? 'step' : '__end__'), ['step', '__end__'])
  .compile();
`;

const config = userProject(
  { graphs: { steps: './steps.ts:graph' }, ui: { steps: './ui.tsx', broken: './broken.tsx' } },
  {
    'steps.ts': STEPS,
    'ui.tsx': UI,
    'ui.css': '.hello { color: rgb(1, 2, 3) }',
    'words.ts': 'export const greeting = (name: string, times: number) => `Hello ${name} ${times}`;',
    'broken.tsx': 'export default {',
  },
);

/** Runs in the page: each call as LangGraph Studio makes it, JSON that calls itself text. */
const replay = async ({ api, calls }: { api: string; calls: Call[] }): Promise<Answered[]> => {
  const known: Record<string, string> = {};
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole);
  const answers: Answered[] = [];
  for (const { name, method, path, body, save = {} } of calls) {
    const response = await fetch(api + fill(path), {
      method,
      headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-auth-scheme': 'langsmith' },
      ...(body !== undefined && { body: fill(JSON.stringify(body)) }),
    });
    const text = await response.text();
    answers.push({ name, status: response.status, text });
    for (const [key, at] of Object.entries(save)) {
      const header = at.startsWith('header:') ? response.headers.get(at.slice(7)) : undefined;
      const found =
        header ?? at.split('.').reduce<unknown>((value, part) => (value as never)[part], JSON.parse(text));
      known[key] = String(found);
    }
  }
  return answers;
};

describe.skipIf(!hasBrowser)('a page of another origin', () => {
  const server = useServer({ dataDir: folderWithSchemas(), config });
  let browser: Browser;
  let pages: PageServer;
  beforeAll(async () => {
    [browser, pages] = await Promise.all([openBrowser(), servePages(['component'])]);
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
  });

  it('at LangGraph Studio’s address makes every call that Studio makes', async () => {
    const page: Page = await (await browser.newContext()).newPage();
    await page.route('https://smith.langchain.com/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Studio</title>' }),
    );
    await page.goto('https://smith.langchain.com/studio');

    const answers = await page.evaluate(replay, { api: server.url, calls: CALLS });

    const failed = answers.filter(({ status }) => status >= 300);
    expect(failed).toEqual([]);
    expect(answers.map(({ name }) => name)).toEqual(CALLS.map(({ name }) => name));
    const told = (name: string) => answers.find((answer) => answer.name === name)?.text ?? '';
    expect(told('run')).toContain('event: debug');
    expect(JSON.parse(told('make the form of its input'))).toMatchObject({
      input_schema: { properties: { steps: { type: 'number' } } },
    });
    expect(told('run again from there')).toContain('"edited"');
    await page.context().close();
  });

  it('shows a component of a graph’s own, with the page’s React (POST /ui/{agent})', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${pages.origin}/component?${new URLSearchParams({ api: server.url, graph: 'steps' })}`);
    const button = page.locator('button.hello');
    await button.filter({ hasText: 'Hello you 0' }).click({ timeout: 60_000 });
    await button.filter({ hasText: 'Hello you 1' }).waitFor({ timeout: 60_000 });
    await expect.poll(() => button.evaluate(colorOf), { timeout: 60_000 }).toBe('rgb(1, 2, 3)'); // its style sheet comes when it comes
    await page.context().close();
  });

  it('is told what is wrong with components (POST /ui/{agent}, GET /ui/{agent}/{file})', async () => {
    const ask = (agent: string, name: string) => server.send('POST', `/ui/${agent}`, { name });
    expect((await ask('steps', 'hello')).headers.get('content-type')).toContain('text/html');
    expect((await ask('steps', `"><script>`)).status).toBe(422);
    expect((await ask('nobody', 'hello')).status).toBe(404);
    const broken = await ask('broken', 'hello');
    expect(broken.text).toContain('broken.tsx:1');
    expect((await server.send('GET', '/ui/steps/nothing.js')).status).toBe(404);
    expect((await server.send('GET', '/ui/steps/entrypoint.css')).text).toContain('.hello');
  });

  drives(server, [
    'POST /ui/{agent}',
    'GET /ui/{agent}/{file}',
    'GET /info',
    'POST /assistants/search',
    'GET /assistants/{id}/graph',
    'GET /assistants/{id}/schemas',
    'GET /assistants/{id}/subgraphs',
    'POST /threads/search',
    'GET /threads/{t}/state/{cp}',
    'POST /threads/{t}/state/checkpoint',
    'POST /threads/{t}/runs/stream',
  ]);
});

/** Runs in the page, which has what Node has not. */
const colorOf = (element: unknown): string =>
  (globalThis as unknown as { getComputedStyle: (of: unknown) => { color: string } }).getComputedStyle(
    element,
  ).color;
