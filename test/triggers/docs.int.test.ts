import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readText } from '../house/files.ts';
import { startTriggerServer, type TriggerServer } from './trigger-server.ts';

let server: TriggerServer;
beforeAll(async () => {
  server = await startTriggerServer();
  await server.becomes(await server.launch(), 'success'); // a worker is ready
});
afterAll(() => server.kill('SIGTERM'));

const blocksOf = (page: string): string[] =>
  [...readText(page).matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block = '']) => block);

/** Runs a command of a page against this server; what it printed, as JSON. */
const run = async (command: string, env: Record<string, string> = {}): Promise<Record<string, string>> => {
  const here = command
    .replaceAll('http://127.0.0.1:2024', server.running.url)
    .replaceAll('"agent"', '"steps"')
    .replaceAll('/assistants/agent', '/assistants/steps');
  const { stdout } = await promisify(execFile)('bash', ['-c', here], { env: { ...process.env, ...env } });
  return (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, string>;
};

it('the commands of the page on conditions do what it says', async () => {
  const [pause, hook, event, launchOn, scope, list, end] = blocksOf('docs/conditions.md') as [
    string,
    ...string[],
  ];
  const held = await server.launch('steps', { ms: 1000 });
  await server.becomes(held, 'running');
  const { resume_token: token = '' } = await run(pause, { THREAD_ID: held.threadId });
  await server.becomes(held, 'paused');
  expect(await run(hook ?? '', { RESUME_TOKEN: token })).toEqual({ resumed: true, waiting_for: null });
  await server.becomes(held, 'success');

  expect(await run(event ?? '')).toMatchObject({ id: 'deploy-4711', already: false });
  expect(await run(launchOn ?? '')).toMatchObject({ metadata: { launch_on: { event: 'ticket.opened' } } });

  const { pause_id: pauseId = '' } = await run(scope ?? '');
  const waiting = await server.launch();
  expect(await run(list ?? '')).toMatchObject([{ pause_id: pauseId, runs: { held: 1 } }]);
  expect(await run(end ?? '', { PAUSE_ID: pauseId })).toMatchObject({ state: 'resumed' });
  await server.becomes(waiting, 'success');
});

it('the commands of the page on pause windows do what it says', async () => {
  const [create, preview, patch, remove] = blocksOf('docs/pause-windows.md') as [string, ...string[]];
  const { window_id: id = '' } = await run(create);
  expect(await run(preview ?? '', { WINDOW_ID: id })).toHaveLength(3);
  expect(await run(patch ?? '', { WINDOW_ID: id })).toMatchObject({ window_id: id, enabled: false });
  await run(remove ?? '', { WINDOW_ID: id });
  expect((await server.api('GET', `/pause-windows/${id}`)).status).toBe(404);
});
