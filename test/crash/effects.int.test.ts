import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/cli.ts';
import { startCrashServer, type CrashServer } from './crash-server.ts';

type Rule = 'verify' | 'retry' | 'hold' | 'fail';

interface EffectRow {
  key: string;
  state: string;
  error: string | null;
  result: unknown;
}

interface Question {
  id: string;
  value: { description: string; effect_in_doubt?: { key: string; name: string } };
}

describe('an effect whose worker dies', () => {
  let server: CrashServer;

  beforeAll(async () => {
    server = await startCrashServer();
  });

  afterAll(() => server.kill());

  const call = async <T>(path: string, body?: object): Promise<{ status: number; body: T }> => {
    const response = await fetch(
      `${server.url}${path}`,
      body && { method: 'POST', body: JSON.stringify(body) },
    );
    return { status: response.status, body: (await response.json()) as T };
  };

  const effectsOf = async (threadId: string): Promise<EffectRow[]> =>
    (await call<EffectRow[]>(`/threads/${threadId}/effects`)).body;

  /** Lets the worker die at that point of the effect, and waits for where the run comes to all the same. */
  const dieAt = async (point: string, rule: Rule, input: object = {}) => {
    const { thread_id: threadId } = await server.client.threads.create();
    server.crashNextAt('worker', point);
    const run = await server.client.runs.create(threadId, 'doubtful', { input: { rule, ...input } });
    await server.client.runs.join(threadId, run.run_id).catch(() => undefined);
    expect(server.crashed('worker')).toBe(true);
    return { threadId, runId: run.run_id, ...(await standing(threadId)) };
  };

  const standing = async (threadId: string) => {
    const { interrupts, values, status } = await server.client.threads.get(threadId);
    const { said = [] } = (values ?? {}) as { said?: string[] };
    const [question] = Object.values(interrupts).flat() as Question[];
    return { status, question, said, sent: server.effects(threadId).map(({ what }) => what) };
  };

  const answer = async (threadId: string, resume: unknown) => {
    await server.client.runs.wait(threadId, 'doubtful', { command: { resume } }).catch(() => undefined);
    return standing(threadId);
  };

  it('before the intent: it happens once', async () => {
    const { threadId, said, sent } = await dieAt('effect:begin', 'hold');
    const [effect] = await effectsOf(threadId);
    expect(sent).toEqual([effect?.key]);
    expect(said).toEqual([`sent ${effect?.key}`]);
  });

  it('after the record: its result is given again, and it does not happen again', async () => {
    const { threadId, said, sent } = await dieAt('effect:recorded', 'hold');
    const [effect] = await effectsOf(threadId);
    expect(effect).toMatchObject({ state: 'done', result: `sent ${effect?.key}` });
    expect(sent).toEqual([effect?.key]);
    expect(said).toEqual([`sent ${effect?.key}`]);
  });

  for (const point of ['effect:intended', 'effect:called']) {
    const happened = point === 'effect:called';
    const when = happened ? 'after the call' : 'after the intent';

    it(`${when}: verified, it happens once`, async () => {
      const { said, sent } = await dieAt(point, 'verify');
      expect(sent).toHaveLength(1);
      expect(said).toEqual([`${happened ? 'found' : 'sent'} ${sent[0]}`]);
    });

    it(`${when}: tried again with the same key, its target does it once`, async () => {
      const { said, sent } = await dieAt(point, 'retry');
      expect(sent).toHaveLength(1);
      expect(said).toEqual([`sent ${sent[0]}`]);
    });

    it(`${when}: it asks whether it happened, and does what the answer says`, async () => {
      const held = await dieAt(point, 'hold');
      expect(held.status).toBe('interrupted');
      expect(held.question?.value.effect_in_doubt).toMatchObject({ name: 'mail' });
      expect(held.question?.value.description).toContain('Did "mail" happen?');
      expect(held.sent).toHaveLength(happened ? 1 : 0);
      const resume = happened ? { happened: true, result: 'seen in the outbox' } : { happened: false };
      const { said, sent } = await answer(held.threadId, resume);
      expect(sent).toHaveLength(1);
      expect(said).toEqual([happened ? 'seen in the outbox' : `sent ${sent[0]}`]);
      expect(await effectsOf(held.threadId)).toMatchObject([{ key: sent[0], state: 'done' }]);
    });

    it(`${when}: it fails when that is the rule, and is not repeated`, async () => {
      const { threadId, status, sent } = await dieAt(point, 'fail');
      expect(status).toBe('error');
      expect(sent).toHaveLength(happened ? 1 : 0);
      expect(await effectsOf(threadId)).toMatchObject([{ state: 'intended' }]);
    });
  }

  it('again after a person said that it had not happened: asks again, and takes no answer for another question', async () => {
    const { threadId } = await dieAt('effect:intended', 'hold', { asks: true });
    server.crashNextAt('worker', 'effect:intended');
    const again = await answer(threadId, { happened: false });
    expect(again.question?.value.effect_in_doubt).toMatchObject({ name: 'mail' });
    expect(again.sent).toEqual([]);
    const asked = await answer(threadId, { happened: false });
    expect(asked.sent).toHaveLength(1);
    expect(asked.question?.value).toBe('and now?');
    const { said, sent } = await answer(threadId, 'thanks');
    expect(sent).toHaveLength(1);
    expect(said).toEqual([`sent ${sent[0]}`, 'told thanks']);
  });

  it('through the inbox of approvals it is answered like any other question, and a bare word is asked again', async () => {
    const { threadId } = await dieAt('effect:called', 'hold');
    const unclear = await answer(threadId, 'yes');
    expect(unclear.question?.value.description).toContain('not understood');
    const { body } = await call<{ id: string }[]>(`/approvals?thread_id=${threadId}`);
    const decided = await call<{ run_id: string }>(`/approvals/${body[0]?.id}/decision`, {
      decision: 'respond',
      message: 'It arrived at noon.',
    });
    expect(decided.status).toBe(200);
    await server.client.runs.join(threadId, decided.body.run_id);
    expect(await standing(threadId)).toMatchObject({ said: ['It arrived at noon.'] });
    expect((await standing(threadId)).sent).toHaveLength(1);
  });

  it('stopped while it was under way: a resume is refused until somebody says whether it happened', async () => {
    const { thread_id: threadId } = await server.client.threads.create();
    const input = { rule: 'hold', hangs: true };
    await server.client.runs.create(threadId, 'doubtful', { input });
    await expect.poll(() => server.effects(threadId).length, { interval: 10 }).toBe(1);
    const stop = await call<{ stop_id: string }>('/emergency-stops', {
      scope: { thread_id: threadId },
      reason: 'wrong address',
    });
    const confirmed = async (): Promise<boolean> => {
      const { body } = await call<{ runs: { confirmed: boolean }[] }>(
        `/emergency-stops/${stop.body.stop_id}`,
      );
      return body.runs.every((run) => run.confirmed);
    };
    await expect.poll(confirmed, { timeout: 60_000 }).toBe(true);
    await call(`/emergency-stops/${stop.body.stop_id}/release`, {});
    const [effect] = await effectsOf(threadId);
    expect(effect).toMatchObject({ state: 'intended', error: null });

    const refused = await call<{ metadata: { checks: { name: string; status: string; detail: string }[] } }>(
      `/threads/${threadId}/resume`,
      {},
    );
    expect(refused.status).toBe(412);
    const [doubt, ...others] = refused.body.metadata.checks.filter(({ status }) => status === 'failed');
    expect([doubt?.name, others]).toEqual(['effect_in_doubt', []]);

    const [, path = 'not named'] = /by POST (\S+)$/.exec(doubt?.detail ?? '') ?? [];
    const key = effect?.key.slice(0, 8) ?? '';
    const said = (...args: string[]) =>
      run(['effects', threadId, ...args], { env: { HOLDPOINT_URL: server.url } });
    expect((await said()).out).toMatch(new RegExp(`^${key}\\S* +mail +intended `, 'm'));
    expect(await said(key)).toMatchObject({ code: 2, err: expect.stringContaining('--happened yes') });
    expect(await said('ffff-', '--happened', 'yes')).toMatchObject({ code: 1 });
    expect(await said(key, '--happened', 'no', '--result', '1')).toMatchObject({ code: 2 });
    const resolved = await said(
      key,
      '--happened',
      'yes',
      '--result',
      '"it went out"',
      '--by',
      'ada',
      '--json',
    );
    expect(resolved.json()).toMatchObject({ key: effect?.key, state: 'done', result: 'it went out' });
    expect((await call(path, { happened: false })).status).toBe(409);
    expect((await call(`/threads/${threadId}/effects/unknown/resolution`, { happened: false })).status).toBe(
      404,
    );
    expect((await call(path, { happened: 'perhaps' })).status).toBe(422);

    const resumed = await call<{ run_id: string }>(`/threads/${threadId}/resume`, {});
    expect(resumed.status).toBe(202);
    await server.client.runs.join(threadId, resumed.body.run_id);
    expect(await standing(threadId)).toMatchObject({ said: ['it went out'], sent: [effect?.key] });
  });
});
