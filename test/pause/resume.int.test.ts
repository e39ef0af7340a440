import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { BACKEND } from '../support/backend.ts';
import { startPauseServer, type Check, type PauseServer, type RunRef } from './pause-server.ts';

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer();
});
afterAll(() => server.kill('SIGTERM'));

const did = (run: RunRef): string[] => server.effects(run.threadId).map(({ what }) => what);

/** A run of four steps, paused in its second. */
const pausedLinear = async (terms: Record<string, unknown> = {}): Promise<RunRef> => {
  const run = await server.launch('linear', { ms: 5, held: true });
  await until(() => did(run).includes('a'));
  await server.pause(run, terms);
  server.letGo(run.threadId);
  expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
  return run;
};

/** The same, in its second step when everything is stopped. */
const inSecond = async (): Promise<RunRef> => {
  const run = await server.launch('linear', { ms: 5, held: true });
  const trail = async () =>
    (await server.client.threads.getState<{ trail?: string[] }>(run.threadId)).values.trail ?? [];
  while (!(await trail()).includes('a')) await new Promise((resolve) => setTimeout(resolve, 20));
  return run;
};

const failing = (checks: Check[] = []): Check[] => checks.filter(({ status }) => status === 'failed');

const sql = (statement: string, ...values: unknown[]): void => {
  const db = new Database(join(server.dataDir, 'checkpoints.db'), { timeout: 5000 });
  db.prepare(statement).run(...values);
  db.close();
};

const AT = 'WHERE thread_id = ? AND checkpoint_id = ?';

/** What can happen to a checkpoint, and what the preflight calls it. */
const DAMAGES: [string, string, string][] = [
  [
    'changed by one byte',
    `UPDATE checkpoints SET checkpoint = CAST(replace(CAST(checkpoint AS TEXT), '"a"', '"x"') AS BLOB) ${AT}`,
    'damaged',
  ],
  ['truncated', `UPDATE checkpoints SET checkpoint = substr(checkpoint, 1, 40) ${AT}`, 'damaged'],
  ['deleted', `DELETE FROM checkpoints ${AT}`, 'missing'],
  [
    'from a newer version',
    `UPDATE checkpoints SET checkpoint = CAST(replace(CAST(checkpoint AS TEXT), '"v":4', '"v":9') AS BLOB) ${AT}`,
    'newer',
  ],
];

describe('the preflight', () => {
  it.skipIf(BACKEND !== 'embedded').each(DAMAGES)(
    'names a checkpoint that was %s, and an earlier one recovers',
    async (_, statement, problem) => {
      const run = await pausedLinear();
      const { checkpoint } = await server.current(run);
      const history = (
        await server.api<{ checkpoint: { checkpoint_id: string } }[]>(
          'GET',
          `/threads/${run.threadId}/history`,
        )
      ).body;
      sql(statement, run.threadId, checkpoint?.checkpoint_id);
      const refused = await server.resume(run);
      expect(refused.status).toBe(412);
      expect(failing(refused.body.metadata?.checks)).toMatchObject([
        { name: 'checkpoint_integrity', problem },
      ]);
      expect((await server.resume(run, { force: true })).status).toBe(412);
      expect(await server.current(run)).toMatchObject({ state: 'paused' });
      const earlier = history[1]?.checkpoint.checkpoint_id;
      expect((await server.resume(run, { from_checkpoint_id: earlier })).status).toBe(202);
      expect(await server.atRest(run)).toMatchObject({ state: 'success' });
      expect(did(run).at(-1)).toBe('d');
    },
  );

  it.skipIf(BACKEND !== 'embedded')(
    'looks as closely at what was stopped: at its latest checkpoint as it was then, and at the record of its pause',
    async () => {
      const paused = await pausedLinear({ resume_behavior: 'await_instructions' });
      const runs: RunRef[] = [];
      for (const _ of DAMAGES) runs.push(await inSecond());
      const whole = await inSecond();
      await server.stopAll();
      for (const [at, run] of runs.entries()) {
        const [, statement, problem] = DAMAGES[at] ?? [];
        const { checkpoint } = await server.client.threads.getState(run.threadId);
        sql(statement ?? '', run.threadId, checkpoint.checkpoint_id);
        const refused = await server.resume(run, { force: true });
        expect(failing(refused.body.metadata?.checks)).toMatchObject([
          { name: 'checkpoint_integrity', problem },
        ]);
      }
      const bare = await server.resume(paused);
      expect(failing(bare.body.metadata?.checks)).toMatchObject([{ name: 'instructions' }]);
      const { checkpoint } = await server.client.threads.getState(paused.threadId);
      sql(DAMAGES[0]?.[1] ?? '', paused.threadId, checkpoint.checkpoint_id);
      expect(failing((await server.resume(paused, { data: 1 })).body.metadata?.checks)).toMatchObject([
        { name: 'checkpoint_integrity', problem: 'damaged' },
      ]);

      server.letGo(whole.threadId);
      const { status, body } = await server.resume(whole);
      expect(status).toBe(202);
      const found = (name: string) => body.preflight.find((check) => check.name === name);
      expect(found('checkpoint_integrity')).toMatchObject({ status: 'passed', detail: null });
      expect(['code_fingerprint', 'next_nodes', 'config_drift'].map((name) => found(name)?.status)).toEqual(
        Array.from({ length: 3 }, () => 'passed'),
      );
      expect(await server.atRest(whole)).toMatchObject({ state: 'success', attempt: 2 });
      expect(did(whole)).toEqual(['a', 'b', 'c', 'd']);
    },
  );

  it('takes a resume twice with one key for one, and tells who asked and what it looked at', async () => {
    const run = await pausedLinear();
    const [first, again] = [
      await server.resume(run, { idempotency_key: 'k' }),
      await server.resume(run, { idempotency_key: 'k' }),
    ];
    expect(first.status).toBe(202);
    expect(again).toEqual(first);
    expect(first.body.preflight.every(({ status }) => status !== 'failed')).toBe(true);
    await server.atRest(run);
    expect(did(run)).toEqual(['a', 'b', 'c', 'd']);
    expect((await server.log(run)).find(({ kind }) => kind === 'resume')?.detail).toMatchObject({
      trigger: 'manual',
      pause_duration_ms: expect.any(Number) as number,
      checkpoint_age_ms: expect.any(Number) as number,
    });
  });
});

describe('a key that a resume was asked for with', () => {
  it('is in the body or in the header, and refused for anything else', async () => {
    const run = await pausedLinear();
    const path = `/threads/${run.threadId}/resume`;
    const first = await server.resume(run, { idempotency_key: 'k' });
    expect(await server.resume(run, { idempotency_key: 'k' })).toEqual(first);
    const other = { code: 'idempotency_key_reused', metadata: { field: 'idempotency_key' } };
    expect(await server.resume(run, { idempotency_key: 'k', force: true })).toMatchObject({
      status: 422,
      body: other,
    });
    const withHeader = async (body: unknown) => {
      const headers = { 'idempotency-key': 'k' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${server.url}${path}`, init);
      return { status: response.status, body: (await response.json()) as unknown };
    };
    expect(await withHeader({ idempotency_key: 'k' })).toEqual(first);
    expect(await withHeader({ force: true })).toMatchObject({
      status: 422,
      body: { ...other, metadata: { field: 'Idempotency-Key' } },
    });
    expect(await withHeader({ idempotency_key: 'l' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', metadata: { field: 'Idempotency-Key' } },
    });
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2 });
  });
});

describe('a resume that is asked for three times at once', () => {
  it('with one key is one, and each is answered the same', async () => {
    const run = await pausedLinear();
    const asked = await Promise.all([1, 2, 3].map(() => server.resume(run, { idempotency_key: 'at once' })));
    expect(asked.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(asked.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2 });
    expect((await server.log(run)).filter(({ kind }) => kind === 'refuseResume')).toEqual([]);
    expect(did(run)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a look at what a resume would find', () => {
  const preview = ({ threadId }: Pick<RunRef, 'threadId'>, body: Record<string, unknown> = {}) =>
    server.api<{ passes: boolean; preflight: Check[] }>(
      'POST',
      `/threads/${threadId}/resume/preflight`,
      body,
    );

  it('names what passes and what fails, for what is asked, and changes nothing', async () => {
    const run = await pausedLinear({ resume_behavior: 'await_instructions' });
    const before = [await server.current(run), await server.log(run)];
    const bare = await preview(run);
    expect([bare.status, bare.body.passes]).toEqual([200, false]);
    expect(failing(bare.body.preflight)).toMatchObject([{ name: 'instructions' }]);
    const told = await preview(run, { additional_context: 'Go on.' });
    expect([told.status, told.body.passes, failing(told.body.preflight)]).toEqual([200, true, []]);
    expect([await server.current(run), await server.log(run)]).toEqual(before);

    const resumed = await server.resume(run, { additional_context: 'Go on.' });
    const names = (checks: Check[]) => checks.map(({ name, status }) => [name, status]);
    expect(names(resumed.body.preflight)).toEqual(names(told.body.preflight));
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2 });
  });

  it('is refused where there is nothing to resume, and for what cannot be asked', async () => {
    expect((await preview({ threadId: crypto.randomUUID() })).status).toBe(404);
    const run = await server.launch('linear', { ms: 1 });
    await server.atRest(run);
    expect(await preview(run)).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
    expect(await preview(run, { on_drift: 'maybe' })).toMatchObject({
      status: 422,
      body: { metadata: { field: 'on_drift' } },
    });
  });
});

describe('a resume', () => {
  it('does the step anew when the pause asked for that', async () => {
    const run = await pausedLinear({ resume_behavior: 'restart_step' });
    const before = did(run);
    await server.resume(run);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect(did(run)).toEqual([
      ...before,
      before.at(-1),
      ...['b', 'c', 'd'].filter((name) => !before.includes(name)),
    ]);
  });

  it('awaits instructions when the pause asked for them, and takes a command for them', async () => {
    const run = await pausedLinear({ resume_behavior: 'await_instructions' });
    const refused = await server.resume(run);
    expect(failing(refused.body.metadata?.checks)).toMatchObject([{ name: 'instructions' }]);
    expect((await server.resume(run, { command: { update: { trail: ['note'] } } })).status).toBe(202);
    await server.atRest(run);
    const { values } = await server.client.threads.getState<{ trail: string[] }>(run.threadId);
    expect(values.trail.filter((name) => name === 'note')).toEqual(['note']);
    expect(values.trail.filter((name) => name !== 'note')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on from what the state was edited to since the pause, and says so', async () => {
    const run = await pausedLinear();
    await server.client.threads.updateState(run.threadId, { values: { trail: ['edit'] }, asNode: 'b' });
    const { status, body } = await server.resume(run);
    expect(status).toBe(202);
    expect(body.preflight.find(({ name }) => name === 'checkpoint_integrity')).toMatchObject({
      status: 'warning',
      detail: 'the state was edited since the pause',
    });
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    const { values } = await server.client.threads.getState<{ trail: string[] }>(run.threadId);
    expect(values.trail).toEqual(['a', 'b', 'edit', 'c', 'd']);
  });

  it('goes to a node with an input of its own beside what was to come', async () => {
    const run = await pausedLinear();
    await server.resume(run, { command: { goto: { node: 'd', input: { ms: 1 } } } });
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    const { values } = await server.client.threads.getState<{ trail: string[] }>(run.threadId);
    expect(values.trail.toSorted()).toEqual(['a', 'b', 'c', 'd', 'd']);
  });

  it('places what a person says after the answer of the tool, never between it and its call', async () => {
    const run = await server.launch('prebuilt-tool-node', {
      ms: 5,
      held: true,
      messages: [{ role: 'user', content: 'go' }],
    });
    await until(() => did(run).includes('choose'));
    expect((await server.pause(run)).body).toMatchObject({ state: 'draining' });
    server.letGo(run.threadId);
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    expect((await server.resume(run, { additional_context: 'Be quick.', data: { n: 1 } })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    const { values } = await server.client.threads.getState<{
      messages: { type: string; content: string }[];
    }>(run.threadId);
    expect(values.messages.filter(({ content }) => content.startsWith('Be quick.'))).toHaveLength(1);
    const types = values.messages.map(({ type }) => type);
    expect(types.indexOf('tool')).toBe(types.indexOf('ai') + 1);
    expect(did(run).toSorted()).toEqual(['a', 'b', 'c', 'choose', 'conclude', 'd']);
  });

  it('is refused where there is nothing to resume', async () => {
    const unknown = { threadId: crypto.randomUUID(), runId: '' };
    expect((await server.resume(unknown)).status).toBe(404);
    const run = await server.launch('linear', { ms: 1 });
    await server.atRest(run);
    expect((await server.resume(run)).status).toBe(409);
  });
});
