#!/usr/bin/env node
// The chat page that "create-agent-chat-app" makes, against a server of ours, in a real Chromium: a question is approved, one
// is edited, one is answered in the place of its tool, and the page is loaded again while one waits.
//   npm run build && node examples/chat-app.mjs
// No part of "npm test": it needs a package registry, for the scaffold and the some 600 packages of the page (about a minute),
// and a Chromium (CHROMIUM=/path/to/it; the default is /usr/bin/chromium). APP=/a/folder keeps what it made there, and uses
// it the next time. Exits with 1 when something is not as it should be.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const VERSION = '0.1.6';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const kept = process.env.APP;
const folder = kept ?? mkdtempSync(join(tmpdir(), 'holdpoint-chat-app-'));
const web = join(folder, 'app/apps/web');
const data = mkdtempSync(join(tmpdir(), 'holdpoint-chat-data-'));

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

if (!existsSync(join(web, 'dist/index.html'))) {
  const choices = ['--project-name', 'app', '--package-manager', 'npm', '--install-deps', 'false'];
  const scaffold = ['-y', `create-agent-chat-app@${VERSION}`, '-Y', ...choices, '--framework', 'vite'];
  if (!existsSync(web)) run('npx', [...scaffold, '--include-agent', 'react'], folder);
  run('npm', ['install', '--workspaces=false', '--ignore-scripts', '--no-audit', '--no-fund'], web);
  run('npx', ['vite', 'build', '--logLevel', 'warn'], web);
}

const cli = [join(ROOT, 'dist/cli.js'), 'serve', '--port', '0', '--data', data];
const env = { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', SMTP_URL: '' };
Object.assign(env, {
  HOLDPOINT_WORKSPACE: join(data, 'workspace'),
  HOLDPOINT_OUTBOX: join(data, 'outbox'),
});
const server = spawn(process.execPath, cli, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((resolve, reject) => {
  createInterface({ input: server.stdout }).on('line', (line) => {
    const [, found] = /ready at (http:\S+)/.exec(line) ?? [];
    if (found) resolve(found);
  });
  server.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
});

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const pages = createServer((request, response) => {
  const asked = join(web, 'dist', new URL(request.url, 'http://page').pathname);
  const file = extname(asked) !== '' && existsSync(asked) ? asked : join(web, 'dist/index.html');
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  response.end(readFileSync(file));
}).listen(0, '127.0.0.1');
await once(pages, 'listening');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Else Chromium asks the user whether a page may reach this machine.
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-features=LocalNetworkAccessChecks'],
});

/** A page that has asked for a file to be written, and shows the question. */
const asking = async (file) => {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(60_000);
  const query = new URLSearchParams({ apiUrl: url, assistantId: 'agent' });
  await page.goto(`http://127.0.0.1:${pages.address().port}/?${query}`);
  await page.getByPlaceholder('Type your message...').fill(`Write the list of changes to ${file}`);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('button', { name: 'Accept', exact: true }).waitFor();
  return page;
};

const written = (file) => {
  const path = join(data, 'workspace', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};
const check = (what, holds) => {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`ok: ${what}`);
};

try {
  const approved = await asking('approved.md');
  check('a held call has written nothing', written('approved.md') === undefined);
  await approved.reload();
  await approved.getByRole('button', { name: 'Accept', exact: true }).click();
  await approved.getByText(/^Done:/).waitFor();
  check('approved after the page was loaded again, it has', written('approved.md') !== undefined);

  const edited = await asking('edited.md');
  const fields = edited.locator('.border-gray-300 textarea');
  await fields.nth(1).fill('By a person.');
  await edited.getByRole('button', { name: 'Submit', exact: true }).click();
  await edited.getByText(/^Done:/).waitFor();
  check('edited, it has written what the person says', written('edited.md') === 'By a person.');

  const answered = await asking('answered.md');
  await answered.getByPlaceholder(/response/i).fill('Somebody has written it already.');
  await answered.getByRole('button', { name: 'Send Response', exact: true }).click();
  await answered.getByRole('button', { name: 'Send', exact: true }).waitFor();
  await answered.getByText('Somebody has written it already.').first().waitFor();
  check('answered in the place of the tool, it has written nothing', written('answered.md') === undefined);
} finally {
  await browser.close();
  pages.close();
  pages.closeAllConnections();
  server.kill('SIGTERM');
  await once(server, 'exit');
  rmSync(data, { recursive: true, force: true });
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
