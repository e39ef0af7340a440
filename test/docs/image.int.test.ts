import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

const COMMAND = ['serve'];
const HERE = ['--port', '0', '--config', join(ROOT, 'langgraph.json')];

const startIn = async (cwd: string, env: Record<string, string>, command = COMMAND): Promise<string> => {
  server = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), ...command, ...HERE], {
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

/** What a `docker run` of the page gives to the image: its environment, and the command behind its name. */
const dockerRuns = (): { env: Record<string, string>; command: string[] }[] =>
  [...readFileSync(join(ROOT, 'docs/scaling.md'), 'utf8').matchAll(/^docker run (.*) holdpoint (.*)$/gm)].map(
    ([, options = '', command = '']) => ({
      env: Object.fromEntries(
        [...options.matchAll(/-e (\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
      ),
      command: command.split(' '),
    }),
  );

it('one container, run as the page says, listens to all once there is a key, and asks each for it', async () => {
  const [making, serving] = dockerRuns();
  const [app, data] = [temporaryFolder(), temporaryFolder()];
  const env = { PATH: process.env['PATH'], ...imageEnv(data) };
  const cli = [join(ROOT, 'dist/cli.js'), ...(making?.command ?? [])];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: app, env });
  const [key = ''] = /hpk_\S+/.exec(stdout) ?? [];

  const { port } = new URL(await startIn(app, { ...imageEnv(data), ...serving?.env }, serving?.command));

  expect(serving?.env).toEqual({ HOLDPOINT_HOST: '0.0.0.0' });
  const asked = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/workers`, { headers });
  expect((await asked({})).status).toBe(401);
  expect((await asked({ 'x-api-key': key })).status).toBe(200);
});
