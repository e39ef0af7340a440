import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Client } from '@langchain/langgraph-sdk';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the last stage of the Dockerfile sets, with another folder for /data. */
const imageEnv = (data: string): Record<string, string> => {
  const stage =
    readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? '';
  const pairs = [...stage.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(pairs.map((pair) => pair.replace('=/data', `=${data}`).split('=', 2)));
};

let server: ChildProcess;
afterEach(async () => {
  const ended = once(server, 'exit');
  server.kill();
  await ended;
});

const startIn = async (cwd: string, env: Record<string, string>): Promise<string> => {
  const config = ['--config', join(ROOT, 'langgraph.json')];
  server = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), 'serve', '--port', '0', ...config], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout as Readable })) {
    const url = /ready at (http:\S+)/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the server ended');
};

it('the default agent of the image writes into its one folder that lasts, and nowhere else', async () => {
  const [app, data] = [temporaryFolder(), temporaryFolder()];
  const client = new Client({ apiUrl: await startIn(app, imageEnv(data)), apiKey: null });
  const { thread_id: threadId } = await client.threads.create();
  const content = 'Write the release notes for 1.2 to notes.md';
  await client.runs.wait(threadId, 'agent', { input: { messages: [{ role: 'user', content }] } });

  await client.runs.wait(threadId, 'agent', { command: { resume: { decisions: [{ type: 'approve' }] } } });

  expect(existsSync(join(data, 'workspace/notes.md'))).toBe(true);
  expect(readdirSync(app)).toEqual([]);
});
