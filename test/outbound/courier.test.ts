import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { OutboundMessage } from '../../src/model/outbound.ts';
import { Courier, type CourierDeps, type CourierSettings } from '../../src/outbound/courier.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { NewOutboundMessage, Storage } from '../../src/storage/ports.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/server.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four!').toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.from('what was used before now').toString('base64')}`;

const FOLDER = temporaryFolder();

const SETTINGS: CourierSettings = {
  webhookSecrets: [SECRET],
  outboundAllow: ['127.0.0.1'],
  outboundAttempts: 3,
  outboundBackoffMs: 1000,
  outboundTimeoutMs: 10_000,
};

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

interface Office {
  storage: Storage;
  courier: Courier;
  /** Writes a message; answers its id. */
  enqueue(url: string, more?: Partial<NewOutboundMessage>): Promise<string>;
  /** Does what is due at the clock's time and waits until all of it has ended; answers when more is due. */
  deliver(): Promise<number | undefined>;
  message(outboundId: string): Promise<OutboundMessage>;
  clock: { now: () => number; ms: number };
}

const open = async (
  given: Partial<CourierSettings> = {},
  { storage: at, sendMail }: Partial<Pick<CourierDeps, 'sendMail'>> & { storage?: Storage } = {},
): Promise<Office> => {
  const storage =
    at ?? (await openEmbeddedStorage({ dataDir: join(FOLDER, randomUUID()), synchronous: 'NORMAL' }));
  if (!at) ended.push(() => storage.close());
  const clock = { ms: Date.now(), now: () => clock.ms };
  let idle = (): void => {};
  const courier = new Courier({
    storage,
    clock,
    settings: { ...SETTINGS, ...given },
    userAgent: 'holdpoint/test',
    sendMail,
    onFree: () => idle(),
    log: createLogger('silent', {}),
  });
  courier.open('http://127.0.0.1:1');
  ended.push(() => courier.close());
  return {
    storage,
    courier,
    clock,
    enqueue: async (url, more) => {
      const outboundId = randomUUID();
      await storage.transaction((ledger) =>
        ledger.outbound.enqueue({ outboundId, kind: 'test', url, body: { n: 1 }, now: clock.ms, ...more }),
      );
      return outboundId;
    },
    deliver: async () => {
      const freed = new Promise<void>((resolve) => (idle = resolve));
      await courier.run(clock.ms);
      await freed;
      return courier.run(clock.ms);
    },
    message: async (outboundId) => (await storage.outbound.get(outboundId)) as OutboundMessage,
  };
};

const receiver = async (...answer: Parameters<typeof startReceiver>): Promise<Receiver> => {
  const started = await startReceiver(...answer);
  ended.push(() => started.close());
  return started;
};

describe('an outgoing message', () => {
  it('is posted as JSON, signed by Standard Webhooks with each secret, under its own id', async () => {
    const { url, received } = await receiver();
    const office = await open({ webhookSecrets: [SECRET, OLD_SECRET] });
    const id = await office.enqueue(`${url}/hook?a=1`, { body: { text: 'grüß dich' } });

    await office.deliver();

    const [first] = received;
    expect(first).toMatchObject({ path: '/hook?a=1', json: { text: 'grüß dich' } });
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'holdpoint/test',
      'webhook-id': id,
    });
    for (const secret of [SECRET, OLD_SECRET]) {
      new Webhook(secret).verify(first?.text ?? '', first?.headers as Record<string, string>);
    }
    expect(await office.message(id)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      nextMs: null,
      answerStatus: 204,
      error: null,
    });
  });

  it('is not signed without a secret', async () => {
    const { url, received } = await receiver();
    const office = await open({ webhookSecrets: [] });
    const id = await office.enqueue(url);
    await office.deliver();
    expect(received[0]?.headers).toMatchObject({ 'webhook-id': id });
    expect(received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('is tried again after longer and longer waits, under the same id, until it is delivered', async () => {
    const { url, received } = await receiver((response, _received, count) =>
      response.writeHead(count < 3 ? 500 : 200).end(),
    );
    const office = await open();
    const id = await office.enqueue(url);

    const waits: number[] = [];
    for (let attempt = 1; attempt < 3; attempt++) {
      const next = (await office.deliver()) ?? 0;
      waits.push(next - office.clock.ms);
      expect(await office.message(id)).toMatchObject({
        status: 'pending',
        attempts: attempt,
        answerStatus: 500,
        error: 'the receiver answered 500',
      });
      await office.courier.run(next - 1); // not due yet
      office.clock.ms = next;
    }
    await office.deliver();

    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[0]).toBeLessThanOrEqual(1000);
    expect(waits[1]).toBeGreaterThanOrEqual(1500);
    expect(waits[1]).toBeLessThanOrEqual(3000);
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id, id]);
    expect(await office.message(id)).toMatchObject({ status: 'delivered', attempts: 3 });
  });

  it('is listed as failed after the last attempt, and can be sent again', async () => {
    const { url } = await receiver((response, _received, count) =>
      response.writeHead(count < 3 ? 503 : 200).end(),
    );
    const office = await open({ outboundAttempts: 2 });
    const id = await office.enqueue(url);
    office.clock.ms = (await office.deliver()) ?? 0;
    await office.deliver();

    expect(await office.storage.outbound.list({ status: 'failed', limit: 10, offset: 0 })).toMatchObject({
      items: [{ outboundId: id, attempts: 2 }],
      total: 1,
    });

    expect(await office.storage.outbound.retry(id, office.clock.ms)).toBe(true);
    await office.deliver();
    expect(await office.message(id)).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(await office.storage.outbound.retry(id, office.clock.ms)).toBe(false);
  });

  it('waits as long as the receiver asks', async () => {
    const { url } = await receiver((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    const office = await open();
    await office.enqueue(url);
    expect(await office.deliver()).toBe(office.clock.ms + 120_000);
  });

  it('is given up at once when the receiver says it is gone', async () => {
    const { url } = await receiver((response) => response.writeHead(410).end());
    const office = await open();
    const id = await office.enqueue(url);
    await office.deliver();
    expect(await office.message(id)).toMatchObject({ status: 'failed', attempts: 1, answerStatus: 410 });
  });

  it('does not follow a redirect, which may lead to where it may not go', async () => {
    const target = await receiver();
    const { url } = await receiver((response) => response.writeHead(307, { location: target.url }).end());
    const office = await open();
    const id = await office.enqueue(url);
    await office.deliver();
    expect(target.received).toEqual([]);
    expect(await office.message(id)).toMatchObject({
      status: 'pending',
      error: 'the receiver answered 307: redirects are not followed',
    });
  });

  it('does not wait for a receiver that does not answer, nor for the end of an answer, nor read an endless one', async () => {
    const halting = await receiver((response) => response.writeHead(200).write('and'));
    const silent = await receiver(() => {});
    const endless = await receiver((response) => {
      response.writeHead(200);
      const write = (): void => void (response.destroyed || response.write('x'.repeat(65_536), write));
      write();
    });
    const office = await open({ outboundTimeoutMs: 300 });
    const unanswered = await office.enqueue(silent.url);
    await office.deliver();
    const answered = await office.enqueue(endless.url);
    await office.deliver();
    const begun = await office.enqueue(halting.url);
    await office.deliver();
    expect(await office.message(unanswered)).toMatchObject({
      status: 'pending',
      answerStatus: null,
      error: 'the receiver did not answer in time',
    });
    expect(await office.message(answered)).toMatchObject({ status: 'delivered' });
    expect(await office.message(begun)).toMatchObject({ status: 'delivered' });
  });

  it('is tried again when the receiver changes to another protocol (101), which ends nothing by itself', async () => {
    const { url } = await receiver((response) =>
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    const office = await open();
    const id = await office.enqueue(url);
    await office.deliver();
    expect(await office.message(id)).toMatchObject({
      status: 'pending',
      answerStatus: 101,
      error: 'the receiver answered 101',
    });
  });

  it.each([
    'http://127.0.0.1:9',
    'http://localhost:9',
    'http://2130706433:9',
    'http://0x7f.1:9',
    'http://[::1]:9',
    'http://[::ffff:127.0.0.1]:9',
    'http://[::ffff:a00:1]:9',
    'http://10.0.0.1:9',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1:9',
    'http://[fe80::1]:9',
    'http://[fd00::1]:9',
    'http://[64:ff9b::7f00:1]:9',
    'http://0.0.0.0:9',
    'https://192.168.1.1:9',
  ])('to %s is refused for good: a webhook is no way into the network of the server', async (url) => {
    const office = await open({ outboundAllow: [] });
    const id = await office.enqueue(url);
    await office.deliver();
    expect(await office.message(id)).toMatchObject({
      status: 'failed',
      answerStatus: null,
      error: expect.stringMatching(/not allowed.*HOLDPOINT_OUTBOUND_ALLOW/) as string,
    });
  });

  it('to one private address that is allowed goes there, and to no other', async () => {
    const { url, received } = await receiver();
    const office = await open({ outboundAllow: ['127.0.0.1'] });
    await office.enqueue(url);
    await office.deliver();
    const other = await office.enqueue('http://127.0.0.2:9');
    await office.deliver();
    expect(received).toHaveLength(1);
    expect(await office.message(other)).toMatchObject({ status: 'failed' });
  });

  it('to a path goes to this server, whatever addresses are allowed', async () => {
    const { url, received } = await receiver();
    const office = await open({ outboundAllow: [] });
    office.courier.open(url);
    await office.enqueue('/app/hook?x=1');
    await office.deliver();
    expect(received[0]?.path).toBe('/app/hook?x=1');
  });

  it.each(['//10.0.0.1/x', '/\\10.0.0.1/x', 'ftp://a.example', 'a.example', '', 'javascript:1', 'http://'])(
    'to %j is refused where it is asked for',
    async (url) => {
      const office = await open();
      await expect(office.enqueue(url)).rejects.toMatchObject({
        code: 'invalid_request',
        details: { field: 'url' },
      });
    },
  );
});

describe('the courier', () => {
  it('delivers to others while many receivers hang, of which each is given four at once', async () => {
    const quick = await receiver();
    const hanging = await Promise.all(Array.from({ length: 20 }, () => receiver(() => {})));
    const office = await open();
    for (const { url } of hanging) for (let n = 0; n < 6; n++) await office.enqueue(url);
    await office.enqueue(quick.url);
    await office.courier.run(office.clock.ms);
    await Promise.all([quick.got(1), ...hanging.map(({ got }) => got(4))]);
    for (const { received } of hanging) expect(received).toHaveLength(4);
  });

  it('takes up what a courier that died had begun, once its time is over, and never what one is at', async () => {
    const { url, received } = await receiver((response, _received, count) => count > 1 && response.end());
    const first = await open();
    const id = await first.enqueue(url);
    await first.courier.run(first.clock.ms); // and it is never heard of again
    await expect.poll(() => received.length).toBe(1);

    const second = await open({}, { storage: first.storage });
    second.clock.ms = first.clock.ms;
    const due = await second.courier.run(second.clock.ms);
    expect(due).toBeGreaterThan(second.clock.ms + SETTINGS.outboundTimeoutMs);

    second.clock.ms = due ?? 0;
    await second.deliver();
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(await second.message(id)).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  it('gives up what is never heard of again after so many attempts as there may be', async () => {
    const { url, received } = await receiver();
    const office = await open();
    const id = await office.enqueue(url);
    const now = office.clock.ms;
    for (let n = 0; n < SETTINGS.outboundAttempts; n++)
      await office.storage.transaction(({ outbound }) => outbound.take({ outboundId: id, now, until: now }));
    await office.deliver();
    expect(received).toEqual([]);
    expect(await office.message(id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      error: 'nothing was heard of the last attempt',
    });
  });

  it('gives back at its end what is under way, without spending an attempt', async () => {
    const { url, got } = await receiver(() => {});
    const office = await open();
    const id = await office.enqueue(url);
    await office.courier.run(office.clock.ms);
    await got(1);
    await office.courier.close();
    expect(await office.message(id)).toMatchObject({
      status: 'pending',
      attempts: 0,
      nextMs: office.clock.ms,
    });
  });

  it('ends each delivery with its time, also one that does not heed it', async () => {
    const sendMail = () => new Promise<never>(() => {});
    const office = await open({ outboundTimeoutMs: 100 }, { sendMail });
    const id = await office.enqueue('mailto:ann@example.com');
    await office.deliver();
    expect(await office.message(id)).toMatchObject({
      status: 'pending',
      error: 'the receiver did not answer in time',
    });
  });

  it('forgets what ended long ago', async () => {
    const { url } = await receiver();
    const office = await open();
    const gone = await office.enqueue(url);
    const waiting = await office.enqueue(url, { now: office.clock.ms + 60_000 });
    await office.deliver();
    await office.storage.outbound.prune(new Date(office.clock.ms + 1).toISOString());
    expect(await office.message(gone)).toBeUndefined();
    expect(await office.message(waiting)).toBeDefined();
  });
});
