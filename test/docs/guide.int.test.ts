import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readText, ROOT } from '../house/files.ts';
import { temporaryFolder } from '../support/server.ts';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';

const config = fileURLToPath(new URL('../cli/graphs/langgraph.json', import.meta.url));
const server = useServer({ config });
const latch = useLatch();

/** The command as it is installed. */
const bin = temporaryFolder();
writeFileSync(join(bin, 'holdpoint'), `#!/bin/sh\nexec node '${join(ROOT, 'dist/cli.js')}' "$@"\n`);
chmodSync(join(bin, 'holdpoint'), 0o755);

const blocks = [...readText('docs/operators-guide.md').matchAll(/```bash\n([\s\S]*?)```/g)].map(
  ([, block = '']) => block,
);

const NAMES = [
  'pause',
  'log',
  'resume',
  'workers',
  'drain',
  'deploy',
  'goOn',
  'plan',
  'skip',
  'stop',
  'list',
  'release',
  'again',
  'daily',
] as const;

/** The commands by what they are for, in the order of the page. */
const commands = Object.fromEntries(NAMES.map((name, index) => [name, blocks[index] ?? ''])) as Record<
  (typeof NAMES)[number],
  string
>;

const run = async (command: string, env: Record<string, string> = {}): Promise<string> => {
  const PATH = `${bin}:${process.env['PATH']}`;
  const all = { ...process.env, ...env, PATH, HOLDPOINT_URL: server.url };
  return (await promisify(execFile)('bash', ['-ec', command], { env: all })).stdout;
};

const lifecycleOf = async (id: string): Promise<string> => {
  const { lifecycle } = (await server.client.threads.get(id)) as unknown as { lifecycle: { state: string } };
  return lifecycle.state;
};

/** A thread whose run is held inside a step until the latch of this name opens. */
const held = async (name: string): Promise<string> => {
  const { thread_id: id } = await server.client.threads.create();
  await server.client.runs.create(id, 'slow', { input: { url: latch.url(name) } });
  await latch.reached(name);
  return id;
};

/** Runs a command that waits for the end of a step, and lets the step end once it has been heard. */
const whileDraining = async (command: string, thread: string, name: string): Promise<string> => {
  const said = run(command, { THREAD: thread });
  while ((await lifecycleOf(thread)) !== 'draining') await new Promise((resolve) => setTimeout(resolve, 20));
  latch.open(name);
  return said;
};

it("the commands of the operator's guide do what it says, in its order", { timeout: 300_000 }, async () => {
  expect(blocks).toHaveLength(NAMES.length);

  const thread = await held('redis');
  expect(await whileDraining(commands.pause, thread, 'redis')).toContain('It is paused: waiting for Redis');
  expect(await run(commands.log, { THREAD: thread })).toContain('waiting for Redis');
  expect(await run(commands.resume, { THREAD: thread })).toContain('✓ Done.');

  expect(await run(commands.workers)).toContain('Nothing waits.');
  const [worker] = (await (await fetch(`${server.url}/workers`)).json()) as { worker_id: string }[];
  expect(await run(commands.drain, { WORKER: worker?.worker_id ?? '' })).toContain('It is gone');

  const deployed = await held('deploy');
  const paused = await whileDraining(commands.deploy, deployed, 'deploy');
  expect(paused).toContain('1 of 1 have reached a safe point.');
  const [, pauseId = ''] = /holdpoint resume (\S+)\n/.exec(paused) ?? [];
  await run(commands.goOn, { PAUSE: pauseId });
  while ((await lifecycleOf(deployed)) !== 'success') await new Promise((resolve) => setTimeout(resolve, 20));

  expect((await run(commands.plan)).split('\n').filter((line) => line.includes(' to '))).toHaveLength(5);
  expect(await run(commands.skip)).toBe('Window "nightly" is off.\nWindow "nightly" is gone.\n');

  const stopped = await held('harm');
  expect(await run(commands.stop)).toContain('1 of 1 runs are confirmed down.');
  expect(await run(commands.list)).toContain('it mails every customer');
  expect(await run(commands.release)).toContain(`holdpoint resume ${stopped}`);
  latch.open('harm');
  expect(await run(commands.again, { STOPPED: stopped })).toContain('✓ Done.');
  expect(await run(commands.daily)).toContain('Nothing waits for a decision.');
});
