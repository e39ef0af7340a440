import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { run, start, type Ended } from './cli.ts';

const server = useServer({ config: fileURLToPath(new URL('graphs/langgraph.json', import.meta.url)) });
const latch = useLatch();

const holdpoint = (...args: string[]): Promise<Ended> => run(args, { env: { HOLDPOINT_URL: server.url } });

interface Held {
  thread_id: string;
  status: string;
  questions: { id: string; tool_calls: { name: string; args: Record<string, unknown> }[] }[];
  values: Record<string, unknown>;
}

const launched = async (...args: string[]): Promise<Held> => {
  const ended = await holdpoint('launch', ...args, '--json');
  expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: '' });
  return ended.json() as Held;
};

const idOf = ({ questions }: Held): string => questions[0]?.id ?? '';

const workspace = (file: string): string => join(server.process.dataDir, 'workspace', file);

describe('the command line', () => {
  it('shows a run node by node until it is held, then the question whole and how to answer it', async () => {
    const { code, out } = await holdpoint('launch', 'agent', 'Write the release notes for 1.2 to shown.md');

    expect(code).toBe(0);
    expect(out).toContain('I have drafted "Release notes 1.2"');
    expect(out).toMatch(/● model\n {2}→ write_file\(path: "shown\.md"/);
    expect(out).toMatch(/write_file is held: it has not run\./);
    expect(out).toContain('path "shown.md"');
    expect(out).toContain('        # Release notes 1.2\n');
    const id = /holdpoint approve ([0-9a-f]{8})\n/.exec(out)?.[1] ?? '';
    expect(out).toContain(`holdpoint edit ${id} --set path=…`);
    expect(existsSync(workspace('shown.md'))).toBe(false);
    expect((await holdpoint('approve', id)).code).toBe(0);
    expect(readFileSync(workspace('shown.md'), 'utf8')).toContain('# Release notes 1.2');
  });

  it('finds what is held in the inbox, edits it and follows it to the end', async () => {
    const held = await launched('agent', 'Write the release notes for 1.2 to proposed.md');
    expect(held).toMatchObject({
      status: 'awaiting_decision',
      questions: [{ tool_calls: [{ name: 'write_file' }] }],
    });
    const id = idOf(held);

    const listed = await holdpoint('inbox');
    expect(listed.out).toMatch(
      new RegExp(`^${id.slice(0, 8)} +${held.thread_id} +write_file\\(path: "proposed`, 'm'),
    );
    expect((await holdpoint('inbox', held.thread_id)).out).toContain('path "proposed.md"');

    const done = await holdpoint('edit', id, '--set', 'path=edited.md');
    expect(done.code).toBe(0);
    expect(done.out).toMatch(/● tools\n[\s\S]*✓ Done\./);
    expect(readFileSync(workspace('edited.md'), 'utf8')).toContain('# Release notes 1.2');
    expect(existsSync(workspace('proposed.md'))).toBe(false);
    const left = (await holdpoint('inbox', '--json')).json() as { thread_id: string }[];
    expect(left.filter(({ thread_id: thread }) => thread === held.thread_id)).toEqual([]);
  });

  it('tells the model why a call was rejected, and gives an answer in place of a tool', async () => {
    const rejected = await launched('pair', 'Pay them');
    const why = await holdpoint('reject', idOf(rejected), 'not on a Sunday', '--json');
    expect(why.code).toBe(0);
    expect(JSON.stringify((why.json() as Held).values)).toContain('not on a Sunday');

    const answered = await launched('pair', 'Pay them');
    const said = await holdpoint('respond', idOf(answered), 'paid by hand', '--json');
    expect(JSON.stringify((said.json() as Held).values)).toContain('paid by hand');
  });

  it('decides about one of several calls only when it is told what becomes of the others', async () => {
    const id = idOf(await launched('pair', 'Pay them'));

    const unclear = await holdpoint('approve', id, '--call', '2');
    expect(unclear.code).toBe(2);
    expect(unclear.err).toContain('--others');
    expect((await holdpoint('edit', id, '--set', 'amount=3')).code).toBe(2);

    const { out, code } = await holdpoint(
      'edit',
      id,
      '--call',
      '2',
      '--set',
      'amount=3',
      '--others',
      'reject',
      '--json',
    );
    expect(code).toBe(0);
    const text = JSON.stringify((JSON.parse(out) as Held).values);
    expect(text).toContain('paid 3 to Grace');
    expect(text).not.toContain('paid 1 to Ada');
  });

  it("answers a question of a graph's own with any JSON, also false", async () => {
    const held = await launched('ask', '--input', '{}');
    expect((await holdpoint('approve', idOf(held))).code).toBe(2);

    const done = await holdpoint('respond', idOf(held), '--value', 'false', '--json');

    expect(done.json()).toMatchObject({ status: 'success', values: { decision: false } });
  });

  it('refuses a second decision, and says that nothing waits', async () => {
    const held = await launched('ask', '--input', '{}');
    expect((await holdpoint('respond', idOf(held), 'yes')).code).toBe(0);

    const again = await holdpoint('respond', held.thread_id, 'yes');

    expect(again.code).toBe(1);
    expect(again.err).toContain('holdpoint inbox');
  });

  it('leaves a run running at Ctrl C, says so, and takes it up again', async () => {
    const following = start(
      ['launch', 'slow', '--input', JSON.stringify({ url: latch.url('ctrl-c'), tag: 'x' })],
      {
        env: { HOLDPOINT_URL: server.url },
      },
    );
    await latch.reached('ctrl-c');
    await following.says('● before');
    following.child.kill('SIGINT');
    const left = await following.ended;
    expect(left.code).toBe(130);
    const thread = /the run goes on\. .*holdpoint follow (\S+)/.exec(left.err)?.[1] ?? '';

    const again = start(['follow', thread], { env: { HOLDPOINT_URL: server.url } });
    await again.says('● before');
    latch.open('ctrl-c');
    const { code, out } = await again.ended;

    expect(code).toBe(0);
    expect(out).toMatch(/● before[\s\S]*● wait\n● after\n\n✓ Done\./);
  });

  it('pauses at the end of a step, says when it is paused, and goes on', async () => {
    const input = JSON.stringify({ url: latch.url('pause'), tag: 'x' });
    const { thread_id: thread } = (
      await holdpoint('launch', 'slow', '--input', input, '--detach', '--json')
    ).json() as Held;
    await latch.reached('pause');
    expect((await holdpoint('pause', thread)).code).toBe(2);
    const draining = await holdpoint('pause', thread, '--reason', 'a deployment', '--detach', '--json');
    expect(draining.json()).toMatchObject({
      state: 'draining',
      resume_url: expect.stringContaining('/hooks/') as string,
    });

    const pausing = start(['pause', thread, '--reason', 'again'], { env: { HOLDPOINT_URL: server.url } });
    latch.open('pause');
    const paused = await pausing.ended;
    expect(paused.code).toBe(0);
    expect(paused.out).toMatch(/is paused/);
    expect(paused.err).toMatch(
      /^It was (draining|paused) already: "a deployment"\. That pause stays as it is/,
    );

    const { code, out } = await holdpoint('resume', thread);
    expect(code).toBe(0);
    expect(out).toMatch(/● after\n\n✓ Done\./);
    expect((await holdpoint('resume', thread)).code).toBe(1);
    const log = await holdpoint('log', thread);
    expect(log.out).toMatch(/^AT +WHO +WHAT/);
    expect(log.out).toContain('a deployment');
    expect(((await holdpoint('log', thread, '--json')).json() as { kind: string }[]).length).toBeGreaterThan(
      4,
    );
  });

  it('names who decided, and answers later calls likewise when told to remember', async () => {
    const { thread_id: thread, questions } = await launched('pair', 'Pay them');
    const id = questions[0]?.id ?? '';
    expect((await holdpoint('approve', id, '--remember', 'always')).code).toBe(2);

    expect((await holdpoint('approve', id, '--by', 'Ada', '--remember', 'thread')).code).toBe(0);

    expect((await holdpoint('log', thread)).out).toContain('Ada');
  });

  it('launches and leaves at once with --detach', async () => {
    const ended = await holdpoint('launch', 'hello', '--input', '{"name": "world"}', '--detach', '--json');
    const { thread_id: thread } = ended.json() as Held;

    expect((await holdpoint('follow', thread, '--json')).json()).toMatchObject({
      status: 'success',
      values: { greeting: 'Hello, world!' },
    });
  });

  it('ends with 1 when the run failed, and says why', async () => {
    const { code, out } = await holdpoint('launch', 'failing', '--input', '{}');

    expect(code).toBe(1);
    expect(out).toMatch(/✗ Failed: \S/);
  });

  it('ends with 1 when the server refuses, with its code in JSON', async () => {
    const unknown = await holdpoint('launch', 'nobody', 'Do it', '--json');
    expect(unknown.code).toBe(1);
    expect(unknown.json()).toMatchObject({ error: { code: 'assistant_not_found' } });

    const elsewhere = await holdpoint('follow', '00000000-0000-4000-8000-00000000dead');
    expect(elsewhere).toMatchObject({ code: 1, out: '' });
    expect(elsewhere.err).toMatch(/^holdpoint: .*not found/i);

    const typo = await holdpoint('pause', '--graph', 'agnet', '--reason', 'maintenance');
    expect(typo).toMatchObject({ code: 1, out: '' });
    expect(typo.err).toContain('Graph "agnet" is not in langgraph.json.');
  });

  it('spells out what in the arguments would hide what is decided about', async () => {
    const { out } = await holdpoint('launch', 'hostile', 'Pay');

    expect(out).toContain('"Mallory\\u001b[2K\\rAda"');
    // oxlint-disable-next-line no-control-regex -- this is what must not be there
    expect(out).not.toMatch(/\u001b|\r/);
  });

  it('finds the server that runs on the data folder by itself', async () => {
    const { out } = await run(['inbox', '--data', server.process.dataDir, '--json']);
    expect(JSON.parse(out)).toBeInstanceOf(Array);
  });
});
