import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { useLatch } from '../wire/latch.ts';
import { refusal, useServer } from '../wire/server.ts';

interface Told {
  type: string;
  title: string;
  lines: string[];
  link: string;
  thread_id: string | null;
  run_id: string | null;
  subject_id: string;
}

/** A real mail server; it keeps what it is given, and refuses mail to nobody@example.com for good. */
const startMailServer = async () => {
  const mails: { to: string[]; text: string }[] = [];
  let told = (): void => {};
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(
        address === 'nobody@example.com'
          ? Object.assign(new Error('no such user'), { responseCode: 550 })
          : null,
      ),
    onData: (stream, { envelope }, done) => {
      void text(stream).then((content) => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: content });
        done();
        told();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    got: async (count: number) => {
      while (mails.length < count) await new Promise<void>((resolve) => (told = resolve));
      return mails;
    },
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
};

/** Quoted-printable, as mails are written. */
const decoded = (mail: string): string =>
  mail
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

let mail: Awaited<ReturnType<typeof startMailServer>>;
const env: Record<string, string> = {
  HOLDPOINT_OUTBOUND_ALLOW: 'private',
  HOLDPOINT_OUTBOUND_BACKOFF_MS: '50',
  HOLDPOINT_PUBLIC_URL: 'https://holdpoint.example.com/',
  HOLDPOINT_LINK_SECRET: 'what links are signed with',
};
beforeAll(async () => {
  mail = await startMailServer();
  env['HOLDPOINT_SMTP_URL'] = mail.url;
});
afterAll(() => mail.close());
const server = useServer({ env });
const latch = useLatch();

const target = async (channel: string, address: string, more: object = {}) => {
  const answer = await server.send('POST', '/notification-targets', { channel, address, ...more });
  expect(answer.status).toBe(200);
  return (answer.json as { target_id: string }).target_id;
};

const forget = (id: string) => server.send('DELETE', `/notification-targets/${id}`);

/** A run that asks a question, on a thread of its own. */
const asking = async (graph = 'held', more: object = {}) => {
  const { thread_id: thread } = await server.client.threads.create();
  await server.client.runs.wait(thread, graph, { input: { tools: ['send_email'], ...more } });
  return thread;
};

const toldBy = (receiver: Receiver): Told[] => receiver.received.map(({ json }) => json as Told);

const checkMail = async (link: string) => {
  const [letter] = await mail.got(1);
  expect(letter?.to).toEqual(['ann@example.com']);
  expect(decoded(letter?.text ?? '')).toContain(link);
};

describe('a worker process', () => {
  it.runIf(existsSync('/proc/self/environ'))(
    'is told neither the mail server nor what links are signed with',
    async () => {
      const workers = (await server.send('GET', '/workers')).json as { pid: number }[];
      expect(workers).toHaveLength(1);
      for (const { pid } of workers)
        for (const file of ['cmdline', 'environ']) {
          const said = readFileSync(`/proc/${pid}/${file}`, 'utf8');
          expect(said.includes('holdpoint.example.com')).toBe(true);
          for (const secret of [mail.url, 'what links are signed with'])
            expect(said.includes(secret), file).toBe(false);
        }
    },
  );
});

describe('a resume URL', () => {
  it('leads to where the server is reached from outside, whoever asked for the pause', async () => {
    const { thread_id: thread } = await server.client.threads.create();
    await server.client.runs.create(thread, 'slow', { input: {}, afterSeconds: 600 });
    const scope = { thread_id: thread };
    const reason = 'a look';
    const one = await server.send('POST', `/threads/${thread}/pause`, { reason });
    const many = await server.send('POST', '/pauses', { scope, reason });
    for (const { json } of [one, many]) {
      const { resume_url: url, resume_token: token } = json as { resume_url: string; resume_token: string };
      expect(url).toBe(`https://holdpoint.example.com/hooks/${token}`);
    }
  });
});

describe('a person who wants to hear of it', () => {
  it('is told of a question by webhook, mail and Slack, each once, with a link that opens it', async () => {
    const hook = await startReceiver();
    const slack = await startReceiver((response) => response.end('ok'));
    const events = ['question'];
    const ids = [
      await target('webhook', `${hook.url}/hook`, { events }),
      await target('slack', `${slack.url}/services/x`, { events }),
      await target('email', 'ann@example.com', { events }),
    ];
    const thread = await asking();
    await Promise.all([hook.got(1), slack.got(1), mail.got(1)]);
    const [told] = toldBy(hook);
    const { json: questions } = await server.send('GET', `/approvals?thread_id=${thread}`);
    const questionId = (questions as { id: string }[])[0]?.id;
    expect(told).toMatchObject({ type: 'question', thread_id: thread, subject_id: questionId });
    expect(told?.link).toMatch(/^https:\/\/holdpoint\.example\.com\/links\//);
    expect(slack.received[0]?.text).toContain(`<${told?.link}|Open>`);
    await checkMail(told?.link ?? '');
    const { pathname } = new URL(told?.link ?? '');
    const opened = await fetch(`${server.url}${pathname}`, { redirect: 'manual' });
    expect(opened.status).toBe(302);
    expect(opened.headers.get('location')).toBe(`/console/approvals?question=${questionId}`);
    const forged = await server.send('GET', `${pathname.slice(0, -2)}xx`);
    expect(refusal(forged)).toMatchObject({ status: 404, code: 'link_not_found' });
    for (const id of ids) await forget(id);
    await Promise.all([hook.close(), slack.close()]);
  });

  it('is told of a pause, of a resume that was refused and of an emergency stop', async () => {
    const hook = await startReceiver();
    const id = await target('webhook', hook.url);
    const { thread_id: thread } = await server.client.threads.create();
    const { run_id: run } = await server.client.runs.create(thread, 'slow', {
      input: { url: latch.url('told') },
    });
    await latch.reached('told');
    await server.send('POST', `/threads/${thread}/pause`, { reason: 'waiting for Ann' });
    latch.open('told');
    await server.client.runs.join(thread, run);
    await hook.got(1); // nobody is told of a pause that is over, as it is after the stop
    const refused = await server.send('POST', `/threads/${thread}/resume`, { from_checkpoint_id: 'gone' });
    expect(refused.status).toBe(412);
    await server.send('POST', '/emergency-stops', { scope: { thread_id: thread }, reason: 'smoke' });
    await hook.got(3);
    const told = toldBy(hook).toSorted((a, b) => a.type.localeCompare(b.type));
    expect(told.map(({ type }) => type)).toEqual(['emergency_stop', 'paused', 'resume_refused']);
    expect(told[0]?.lines[0]).toBe('smoke');
    expect(told[1]?.lines[0]).toBe('waiting for Ann');
    expect(told[2]?.lines[0]).toContain('checkpoint');
    await forget(id);
    await hook.close();
  });

  it('is told of a question that nobody decided in time', async () => {
    const hook = await startReceiver();
    const id = await target('webhook', hook.url, { events: ['question_expired'] });
    const thread = await asking('held', { deadline: { expires_in_ms: 100, on_expiry: 'reject' } });
    await hook.got(1);
    expect(toldBy(hook)).toMatchObject([{ type: 'question_expired', thread_id: thread }]);
    await forget(id);
    await hook.close();
  });

  it('is told of one assistant and of no other, and of nothing once it is taken back', async () => {
    const hook = await startReceiver();
    const id = await target('webhook', hook.url, { assistant_id: 'gate', events: ['question'] });
    await asking('held');
    const thread = await asking('gate');
    await hook.got(1);
    await forget(id);
    await asking('gate');
    const all = await startReceiver();
    const other = await target('webhook', all.url, { events: ['question'] });
    const last = await asking('gate'); // by when this has arrived, so would all before it
    await all.got(1);
    expect(toldBy(hook).map(({ thread_id }) => thread_id)).toEqual([thread]);
    expect(toldBy(all).map(({ thread_id }) => thread_id)).toEqual([last]);
    await forget(other);
    await Promise.all([hook.close(), all.close()]);
  });

  it('is told although the receiver was down and the server was killed, and no run waits for it', async () => {
    let failures = 2;
    const hook = await startReceiver((response) => response.writeHead(failures-- > 0 ? 503 : 204).end());
    const id = await target('webhook', hook.url, { events: ['question'] });
    const thread = await asking();
    await server.restart();
    const all = await hook.got(3);
    const ids = new Set(all.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
    expect(toldBy(hook).at(-1)).toMatchObject({ thread_id: thread });
    await forget(id);
    await hook.close();
  });

  it('can be sent a message to see whether it arrives; mail that is refused for good is listed as failed', async () => {
    const id = await target('email', 'nobody@example.com');
    const sent = await server.send('POST', `/notification-targets/${id}/test`);
    const { outbound_id: outbound } = sent.json as { outbound_id: string };
    const status = async () => (await server.send('GET', `/outbound/${outbound}`)).json as { status: string };
    let shown = await status();
    while (shown.status === 'pending') shown = await status();
    expect(shown).toMatchObject({ status: 'failed', answer_status: 550 });
    await forget(id);
  });

  it('is refused an address to which nothing can be sent, naming the field', async () => {
    const cases: [object, string][] = [
      [{ channel: 'email', address: 'not an address' }, 'address'],
      [{ channel: 'webhook', address: 'ftp://example.com' }, 'address'],
      [{ channel: 'pigeon', address: 'x' }, 'channel'],
      [{ channel: 'email', address: 'a@example.com', events: ['lunch'] }, 'events.0'],
    ];
    for (const [body, field] of cases) {
      const answer = await server.send('POST', '/notification-targets', body);
      expect(refusal(answer)).toEqual({ status: 422, code: 'invalid_request', field });
    }
    const unknown = { channel: 'email', address: 'a@example.com', assistant_id: 'nobody' };
    expect(refusal(await server.send('POST', '/notification-targets', unknown)).status).toBe(404);
    expect(refusal(await forget('00000000-0000-4000-8000-000000000009')).code).toBe('target_not_found');
  });
});
