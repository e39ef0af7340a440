import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { run, type Ended } from './cli.ts';

const server = useServer({ config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)) });
const latch = useLatch();

const holdpoint = (...args: string[]): Promise<Ended> => run(args, { env: { HOLDPOINT_URL: server.url } });

interface Launched {
  thread_id: string;
  run_id: string;
}

const NOBODYS = '00000000-0000-4000-8000-00000000dead';

/** A run that is held inside a step until the latch of this name opens. */
const held = async (name: string): Promise<Launched> => {
  const input = JSON.stringify({ url: latch.url(name) });
  const launched = await holdpoint('launch', 'slow', '--input', input, '--detach', '--json');
  await latch.reached(name);
  return launched.json() as Launched;
};

const stateOf = async ({ thread_id: id }: Launched): Promise<string> => {
  const { lifecycle } = (await server.client.threads.get(id)) as unknown as { lifecycle: { state: string } };
  return lifecycle.state;
};

const drains = async (launched: Launched): Promise<void> => {
  while ((await stateOf(launched)) !== 'draining') await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('an operator at the command line', () => {
  it('stops everything, sees it confirmed down, releases it and resumes what was stopped', async () => {
    const launched = await held('stopped');
    const stopped = await holdpoint('stop', '--all', '--reason', 'wrong prices', '--by', 'ada');
    expect(stopped.code).toBe(0);
    expect(stopped.out).toMatch(/Stopped\. Release it: holdpoint release [0-9a-f-]{36}\n/);
    expect(stopped.out).toContain('1 of 1 runs are confirmed down.');
    expect((await holdpoint('stop', '--list')).out).toMatch(/everything +1\/1 +ada +wrong prices/);
    expect(await holdpoint('launch', 'slow', '--input', '{}')).toMatchObject({ code: 1 });
    const released = await holdpoint('release', '--by', 'bert');
    expect(released.out).toBe(
      `Released. Still stopped, each until it is resumed:\n  holdpoint resume ${launched.thread_id}\n`,
    );
    const again = await holdpoint('release', '--json');
    expect(again.code).toBe(1);
    expect(again.json()).toMatchObject({
      error: { code: 'not_found', message: 'No emergency stop is in force.' },
    });
    expect((await holdpoint('stop', '--list', '--json')).json()).toEqual([]);
    latch.open('stopped');
    const resumed = await holdpoint('resume', launched.thread_id, '--json');
    expect(resumed.json()).toMatchObject({ status: 'success' });
  });

  it('pauses everything, sees how much has come to rest, and lets all of it go on', async () => {
    const launched = await held('maintenance');
    const pausing = holdpoint('pause', '--all', '--reason', 'maintenance', '--json');
    await drains(launched);
    latch.open('maintenance');
    const pause = (await pausing).json() as { pause_id: string };
    expect(pause).toMatchObject({ state: 'active', runs: { draining: 0, paused: 1, held: 0 } });
    expect(await stateOf(launched)).toBe('paused');
    const listed = await holdpoint('pauses');
    expect(listed.out).toMatch(new RegExp(`^${pause.pause_id} +everything +0 +1 +0 .*maintenance$`, 'm'));
    expect(listed.out).toMatch(new RegExp(`^${launched.thread_id} +\\d{4}-.*maintenance$`, 'm'));
    const resumed = await holdpoint('resume', pause.pause_id);
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect((await holdpoint('pauses')).out).not.toContain(pause.pause_id);
    await expect.poll(() => stateOf(launched)).toBe('success');
    expect((await holdpoint('follow', launched.thread_id, '--json')).json()).toMatchObject({
      status: 'success',
    });
  });

  it('withdraws a pause while it drains, and not once it is over', async () => {
    const launched = await held('withdrawn');
    await holdpoint('pause', launched.thread_id, '--reason', 'a mistake', '--detach');
    const withdrawn = await holdpoint('pauses', 'withdraw', launched.thread_id);
    expect(withdrawn).toMatchObject({ code: 0, out: `Withdrawn. Thread ${launched.thread_id} goes on.\n` });
    expect(await stateOf(launched)).toBe('running');
    latch.open('withdrawn');
    expect((await holdpoint('follow', launched.thread_id)).code).toBe(0);
    expect((await holdpoint('pauses', 'withdraw', launched.thread_id)).code).toBe(1);
  });

  it('cancels what a thread runs and what waits behind it, and finds nothing left afterwards', async () => {
    const launched = await held('cancelled');
    const { thread_id: id } = launched;
    await server.client.runs.create(id, 'slow', { input: {}, multitaskStrategy: 'enqueue' });
    const cancelled = await holdpoint('cancel', id);
    expect(cancelled.code).toBe(0);
    expect(cancelled.out).toMatch(/2 of 2 runs have ended\.\n$/);
    expect(await stateOf(launched)).toBe('cancelled');
    const again = await holdpoint('cancel', id);
    expect(again.code).toBe(1);
    expect(again.err).toContain('Nothing is left to cancel');
  });

  it('shows the workers and what waits, and drains one', async () => {
    const listed = await holdpoint('workers');
    expect(listed.out).toMatch(/^WORKER +PID[\s\S]* running +0\/10 [\s\S]*Nothing waits\.\n$/);
    const { workers } = (await holdpoint('workers', '--json')).json() as { workers: { worker_id: string }[] };
    const id = workers[0]?.worker_id ?? '';
    const drained = await holdpoint('workers', 'drain', id.slice(0, 8), '--reason', 'new kernel');
    expect(drained.out).toContain('It is gone; another has its place.');
    expect((await holdpoint('workers', 'drain', id)).code).toBe(1);
  });

  it('plans a pause window, sees when it opens, switches it off and removes it', async () => {
    const add = ['windows', 'add', '--name', 'nightly', '--schedule', '30 2 * * *', '--duration', '3600000'];
    const made = await holdpoint(...add, '--timezone', 'Europe/Berlin', '--all');
    expect(made.out).toMatch(/nightly +everything +30 2 \* \* \* Europe\/Berlin +60 min +next \d{4}-/);
    expect((await holdpoint('windows')).out).toContain('nightly');
    expect((await holdpoint('windows', 'next', 'nightly', '--json')).json()).toHaveLength(5);
    expect((await holdpoint('windows', 'off', 'nightly')).out).toBe('Window "nightly" is off.\n');
    expect((await holdpoint('windows', '--json')).json()).toMatchObject([{ enabled: false, next: null }]);
    expect((await holdpoint('windows', 'remove', 'nightly')).code).toBe(0);
    expect((await holdpoint('windows', 'next', 'nightly')).code).toBe(1);
    expect((await holdpoint('windows')).out).toBe('There are no pause windows.\n');
  });

  it('reads a session as a document: its pauses, where it stands, how it goes on', async () => {
    const launched = await held('document');
    const { thread_id: id } = launched;
    const paused = holdpoint('pause', id, '--reason', 'lunch | *break*', '--resume-when', 'event: back');
    await drains(launched);
    latch.open('document');
    await paused;
    const { out } = await holdpoint('log', id, '--markdown');
    expect(out).toContain(`# Session ${id}\n`);
    expect(out).toContain('lunch \\| \\*break\\*');
    expect(out).toMatch(/\| Resumes \| `\{"type":"event","event":"back"\}` \|/);
    expect(out).toContain('### Task\n\ncarry it there\n');
    expect(out).toContain('### Progress\n\n- one step done\n');
    expect(out).toContain(`holdpoint resume ${id}`);
    expect(out).toMatch(/\| drained \| pausing → paused \|/);
  });

  it.each([
    [['stop', '--all'], 'Say why'],
    [['stop', '--reason', 'x'], 'Say what to stop'],
    [['stop', '--all', '--thread', NOBODYS, '--reason', 'x'], 'Name one scope'],
    [['pause', '--reason', 'x'], 'Say what to pause'],
    [['pause', NOBODYS, '--reason', 'x', '--release', 'now'], '--release must be one of idle, shutdown'],
    [['windows', 'dance'], 'is none of list, add, next'],
    [['windows', 'add', '--name', 'x'], 'add needs'],
    [['workers', 'dance'], 'is neither list nor drain'],
    [['workers', 'drain'], 'Say which worker'],
    [['workers', 'drain', 'x', '--timeout', 'abc'], '--timeout must be milliseconds'],
    [['pauses', 'withdraw'], 'Say which thread'],
    [['resume', NOBODYS, '--max-tokens', 'many'], '--max-tokens must be a number'],
  ])('is told what is wrong with %j', async (args, message) => {
    const { code, err } = await holdpoint(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
