import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useApprovalServer } from '../control/approvals-server.ts';
import { useLatch } from '../wire/latch.ts';

const run = promisify(execFile);

/** The commands of a page, in order. */
const commandsOf = (page: string): string[] =>
  [
    ...readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8').matchAll(
      /^```sh\n([\s\S]*?)\n```$/gm,
    ),
  ]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line !== '');

describe('the commands of the documentation', () => {
  const server = useApprovalServer();
  const latch = useLatch();
  const { asking, question } = server;
  const bash = async (command: string, env: Record<string, string>): Promise<unknown> => {
    const all = { ...process.env, HOLDPOINT: server.url, ...env };
    const { stdout } = await run('bash', ['-c', command], { env: all });
    return stdout === '' ? undefined : (JSON.parse(stdout) as unknown);
  };

  it('of approvals list, decide, remember, forget, set a deadline and show the log', async () => {
    const commands = commandsOf('approvals.md');
    const threads = [await asking('held', { tools: ['a'] }), await asking('held', { tools: ['b'] })];
    const last = await asking('held', { tools: ['c'] });
    const [first, next] = await Promise.all(threads.map(question));
    const env = {
      APPROVAL_ID: first?.id ?? '',
      NEXT_ID: next?.id ?? '',
      LAST_ID: (await question(last)).id,
      THREAD_ID: threads[0] ?? '',
      STICKY_ID: '',
    };
    const answers: unknown[] = [];
    for (const command of commands) {
      const answer = await bash(command, env);
      answers.push(answer);
      if (command.includes('sticky') && Array.isArray(answer)) {
        env.STICKY_ID = (answer[0] as { id: string }).id;
      }
    }
    expect(answers).toMatchObject([
      [{ status: 'waiting' }, { status: 'waiting' }, { status: 'waiting' }],
      { already: false, approval: { decision: { decided_by: 'ada' } } },
      { already: false },
      [{ tool: 'b', decision: 'approve' }],
      undefined,
      { on_expiry: 'reject', expires_at: '2100-01-01T00:00:00.000Z' },
      expect.arrayContaining([expect.objectContaining({ kind: 'decide', actor: 'ada' })]),
    ]);
    expect(await bash('curl -s $HOLDPOINT/sticky-decisions', env)).toEqual([]);
  });

  it('of the emergency stop stop, show, release and resume', async () => {
    const [stop = '', see = '', release = '', look = '', resume = ''] = commandsOf('emergency-stop.md');
    const { thread_id: thread } = await server.client.threads.create();
    await server.client.runs.create(thread, 'held', { input: { tools: ['a'] }, afterSeconds: 600 });
    const made = (await bash(stop, {})) as { stop_id: string; state: string };
    expect(made).toMatchObject({ state: 'in_force', reason: 'it mails every customer' });
    expect(await bash(see, {})).toMatchObject([{ stop_id: made.stop_id }]);
    expect(await bash(release, { STOP_ID: made.stop_id })).toMatchObject({
      state: 'released',
      released_by: 'ada',
    });
    expect(await bash(see, {})).toEqual([]);
    expect(await bash(look, { THREAD_ID: thread })).toMatchObject({ passes: true });
    expect(await bash(resume, { THREAD_ID: thread })).toMatchObject({ attempt: 1 });
  });

  it('of requests that are sent again do each once', async () => {
    const { thread_id: threadId } = await server.client.threads.create();
    const keys = { LAUNCH_KEY: 'launch', PAUSE_KEY: 'pause', STOP_KEY: 'stop' };
    const { thread_id: working } = await server.client.threads.create();
    await server.client.runs.create(working, 'slow', { input: { url: latch.url('working') } });
    await latch.reached('working');
    const ids: unknown[] = [];
    for (const command of commandsOf('retries.md')) {
      const thread = command.includes('/pause') ? working : threadId; // the other may wait for an answer by now
      const send = () => bash(command, { THREAD_ID: thread, ...keys }) as Promise<Record<string, unknown>>;
      const [first, again] = [await send(), await send()];
      const id = ['stop_id', 'pause_id', 'run_id'].find((name) => name in first) ?? '';
      ids.push(id);
      expect(again[id]).toBe(first[id]);
    }
    expect(ids).toEqual(['run_id', 'pause_id', 'stop_id']);
    latch.open('working');
    const [stop] = (await server.send('GET', '/emergency-stops')).json as { stop_id: string }[];
    await server.send('POST', `/emergency-stops/${stop?.stop_id}/release`);
    expect(await server.client.runs.list(threadId)).toHaveLength(1);
  });

  it('of the four calls launch, look and answer', async () => {
    const [launch = '', look = '', answer = ''] = commandsOf('four-calls.md');
    const { id, run_id: runId } = (await bash(launch, {})) as { id: string; run_id: string };
    await server.client.runs.join(id, runId);
    expect(await bash(look, { ID: id })).toMatchObject({ status: 'awaiting_decision' });
    const answered = (await bash(answer, { ID: id })) as { run_id: string };
    await server.client.runs.join(id, answered.run_id);
    expect(await bash(look, { ID: id })).toMatchObject({ status: 'success', questions: [] });
  });

  it('of operations show the workers and the queue, and drain a worker', async () => {
    const [list = '', queue = '', drain = ''] = commandsOf('operations.md');
    const [worker] = (await bash(list, {})) as { worker_id: string }[];
    expect(await bash(queue, {})).toMatchObject({ waiting: 0 });
    expect(await bash(drain, { WORKER_ID: worker?.worker_id ?? '' })).toMatchObject({ state: 'draining' });
  });

  it('of pause conditions set, show and take them away', async () => {
    const text = readFileSync(new URL('../../docs/pause-conditions.md', import.meta.url), 'utf8');
    const [, block = ''] = /```sh\n([\s\S]*?)\n```/.exec(text) ?? [];
    const [put = '', show = '', remove = ''] = block.split(/\n(?=curl)/);
    expect(await bash(put, {})).toMatchObject({ error_threshold: { count: 3 } });
    expect(await bash(show, {})).toMatchObject({ context_budget: { max_tokens: 200000, per: 'thread' } });
    expect(await bash(remove, {})).toBeUndefined();
    expect(await bash(show, {})).toMatchObject({ code: 'condition_not_found' });
  });
});
