import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { OutboundMessage } from '../../src/model/outbound.ts';
import { createSendMail } from '../../src/outbound/mail.ts';

const MESSAGE = {
  outboundId: 'one',
  url: 'mailto:ann@example.com',
  body: JSON.stringify({ subject: 'a question', text: 'May it?' }),
} as OutboundMessage;

it('ends with its time, also while the mail server says more and more', async () => {
  let told = (): void => {};
  const greeted = new Promise<void>((resolve) => (told = resolve));
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined).write('220 here\r\n');
    socket.once('data', () => {
      const more = setInterval(() => socket.write('250-and\r\n'), 20);
      socket.once('close', () => clearInterval(more));
      told();
    });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const smtpUrl = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const over = new AbortController();
  const sent = createSendMail({ smtpUrl, from: 'holdpoint@example.com' })(MESSAGE, over.signal);
  await greeted;
  over.abort();
  expect(await sent).toEqual({ kind: 'again', status: null, error: 'the receiver did not answer in time' });
});
