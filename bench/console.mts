// How soon the console is usable and how soon it shows what happens, with much on the server, in a real Chromium:
//   npx tsx bench/console.mts          (after npm run build; CHROMIUM=/path/to/chromium)
// Exits with 1 when a goal is missed. Say nothing about figures taken while something else runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { runOnce, seedQuestions, seedThreads } from './console-seed.mts';

const ROUNDS = 5;
const MOST = { usable: 1500, shown: 300 };
const MIB = 1024 * 1024;

const here = fileURLToPath(new URL('.', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
const config = join(here, 'langgraph.json');
const server = spawn(
  process.execPath,
  [join(here, '../dist/cli.js'), 'serve', '--port', '0', '--data', data, '--config', config],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const url = await new Promise<string>((resolve, reject) => {
  createInterface({ input: server.stdout }).on('line', (line) => {
    const [, found] = /ready at (http:\S+)/.exec(line) ?? [];
    if (found !== undefined) resolve(found);
  });
  server.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
});

const median = (times: number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
let missed = 0;
const tell = (name: string, times: number[], most: number): void => {
  const ms = Math.round(median(times));
  if (ms > most) missed++;
  const all = times.map((time) => Math.round(time)).join(' ');
  console.log(`${ms > most ? 'MISSED' : 'ok    '} ${name}: ${ms} ms, goal ${most} (${all})`);
};

/** From the navigation, with nothing in the browser's cache, until `ready` can be seen. */
const opening = async (browser: Browser, path: string, ready: string): Promise<number> => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(`${url}/console${path}`, { waitUntil: 'commit' });
  await page.locator(ready).first().waitFor();
  const ms = performance.now() - start;
  await context.close();
  return ms;
};

/** From the time the server gives for it until the page shows that a thread asks. */
const asking = async (page: Page): Promise<number> => {
  const thread = await runOnce(url, 'gate', {});
  await page
    .locator('tr', { hasText: thread.slice(0, 8) })
    .filter({ hasText: 'Needs you' })
    .waitFor();
  const shown = Date.now();
  const found = (await (await fetch(`${url}/threads/${thread}`)).json()) as { lifecycle: { since: string } };
  return shown - Date.parse(found.lifecycle.since);
};

seedThreads(data, 10_000);
await seedQuestions(url, { graph: 'gate', input: {}, count: 200 });
const long = await runOnce(url, 'steps', { steps: 1000 });
const large = await runOnce(url, 'steps', { steps: 1, pad: 'x'.repeat(MIB) });
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
const screens = [
  { name: 'threads, 10,000 of them', path: '/', ready: 'tbody tr' },
  { name: 'approvals, 200 of them', path: '/approvals', ready: 'article' },
  {
    name: 'a thread of 1,000 checkpoints',
    path: `/threads/${long}`,
    ready: '[aria-label="Timeline"] button',
  },
  {
    name: 'a thread with 1 MiB of state',
    path: `/threads/${large}`,
    ready: '[aria-label="State"] .cm-content',
  },
];
for (const { name, path, ready } of screens) {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await opening(browser, path, ready));
  tell(`usable: ${name}`, times, MOST.usable);
}
const page = await browser.newPage();
await page.goto(`${url}/console/`);
await page.getByText('Live', { exact: true }).waitFor();
const shown: number[] = [];
for (let round = 0; round < ROUNDS * 2; round++) shown.push(await asking(page));
tell('shown: a question that is asked', shown, MOST.shown);
await browser.close();
server.kill('SIGTERM');
await new Promise((resolve) => server.once('exit', resolve));
rmSync(data, { recursive: true, force: true });
process.exitCode = missed === 0 ? 0 : 1;
