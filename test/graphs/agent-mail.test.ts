import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ToolMessage } from '@langchain/core/messages';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { useAgent } from './agent-fixture.ts';

const mail = { to: 'team@example.com', subject: 'Hello\r\nBcc: spy@example.com', text: 'Dear all.\n' };

/** A real SMTP server that keeps what it gets; it refuses the recipient `nobody@…`. */
const useSmtp = async () => {
  const received: { to: string[]; message: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nobody') ? new Error('no such user') : null),
    onData: (stream, session, done) => {
      void text(stream).then((message) => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), message });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise((resolve) => server.close(resolve)));
  vi.stubEnv('SMTP_URL', `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`);
  vi.stubEnv('MAIL_FROM', 'agent@example.com');
  return received;
};

const mailing = (...mails: object[]) =>
  useAgent(mails.map((args) => ({ toolCalls: [{ name: 'send_email', args: { ...args } }] })));

const results = (messages: { type: string }[]): ToolMessage[] =>
  messages.filter((message): message is ToolMessage => message.type === 'tool');

describe('send_email', () => {
  it('is held, and once approved goes out by SMTP to exactly those named', async () => {
    const { say, resume, mails } = await mailing(mail);
    const received = await useSmtp();
    await say('go');
    expect(received).toEqual([]);
    const { messages } = await resume('approve');
    expect(results(messages)[0]?.text).toBe('Sent the mail to team@example.com.');
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(['team@example.com']);
    expect(received[0]?.message).toMatch(/^From: agent@example\.com\r$/m);
    expect(received[0]?.message).not.toMatch(/^Bcc:/m);
    expect(received[0]?.message).toContain('Dear all.');
    expect(await mails()).toEqual([]);
  });

  it('tells the model what the mail server refused', async () => {
    const { say, resume } = await mailing({ ...mail, to: 'nobody@example.com' });
    const received = await useSmtp();
    await say('go');
    const { messages, toolRuns } = await resume('approve');
    expect(results(messages)[0]?.text).toContain('send_email failed:');
    expect(toolRuns).toMatchObject([{ outcome: 'failed' }]);
    expect(received).toEqual([]);
  });

  it('tells the model when the mail server cannot be reached', async () => {
    const { say, resume } = await mailing(mail);
    vi.stubEnv('SMTP_URL', 'smtp://127.0.0.1:1');
    await say('go');
    expect(results((await resume('approve')).messages)[0]?.text).toContain('send_email failed:');
  });

  it('gives up a mail server that says a little for ever, and does not take the mail for refused', async () => {
    const { say, resume } = await mailing(mail);
    const server = createServer((socket) => {
      socket.on('error', () => {}).write('220 here\r\n');
      const trickle = setInterval(() => socket.write('250-more\r\n'), 5);
      socket.once('close', () => clearInterval(trickle));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    vi.stubEnv('SMTP_URL', `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await say('go');
    const real = setTimeout;
    const soon = (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      real(work, ms === 120_000 ? 50 : ms, ...args);
    const clock = vi.spyOn(globalThis, 'setTimeout').mockImplementation(soon as typeof setTimeout);
    onTestFinished(() => clock.mockRestore());
    const { messages, toolRuns } = await resume('approve');
    expect(results(messages)[0]?.text).toContain('took longer than 120 s');
    expect(toolRuns).toMatchObject([{ outcome: 'failed' }]);
  });

  it('puts each mail into the outbox once, and two equal ones as two', async () => {
    const { say, resume, mails } = await mailing(mail, mail);
    await say('go');
    await resume('approve');
    await resume('approve');
    const written = await mails();
    expect(written).toHaveLength(2);
    const ids = written.map((message) => /^Message-ID: (.*)$/m.exec(message)?.[1]);
    expect(new Set(ids).size).toBe(2);
  });

  it.each(['team', 'a@example.com, b@example.com', ''])('refuses %j for an address', async (to) => {
    const { say, resume, mails } = await mailing({ ...mail, to });
    await say('go');
    expect(results((await resume('approve')).messages)[0]?.text).toContain('did not match expected schema');
    expect(await mails()).toEqual([]);
  });
});
