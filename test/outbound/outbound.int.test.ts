import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open.ts';
import { readText } from '../house/files.ts';
import { backendEnv } from '../support/backend.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { refusal, useServer } from '../wire/server.ts';

const server = useServer({
  env: {
    HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1',
    HOLDPOINT_OUTBOUND_TIMEOUT_MS: '1000',
    HOLDPOINT_OUTBOUND_ATTEMPTS: '2',
    HOLDPOINT_OUTBOUND_BACKOFF_MS: '10',
  },
});

let receiver: Receiver;
/** What the receiver does with a message of this kind, and how often it has come. */
let healthy = false;
let silent = true;

beforeAll(async () => {
  receiver = await startReceiver((response, { json }) => {
    const { kind } = json as { kind: string };
    if (kind === 'hangs' && silent) return;
    response.writeHead(kind === 'fails' && !healthy ? 500 : 204).end();
  });
});
afterAll(() => receiver.close());

/** As another process of the server would: the row is all there is. */
const enqueue = async (kind: string): Promise<string> => {
  const { dataDir } = server.process;
  const { HOLDPOINT_DATABASE_URL: url } = await backendEnv(dataDir);
  const storage = url
    ? await openPostgresStorage({ url })
    : await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
  const outboundId = randomUUID();
  await storage.transaction((ledger) =>
    ledger.outbound.enqueue({ outboundId, kind, url: receiver.url, body: { kind }, now: Date.now() }),
  );
  await storage.close();
  return outboundId;
};

const message = async (id: string) =>
  (await server.send('GET', `/outbound/${id}`)).json as { status: string; attempts: number };

/** A block of the page, as it is run here. */
const run = async (words: string, env: Record<string, string> = {}): Promise<unknown> => {
  const block = [...readText('docs/outbound.md').matchAll(/```bash\n([\s\S]*?)```/g)]
    .map(([, text = '']) => text)
    .find((text) => text.includes(words));
  const command = block?.replaceAll('http://127.0.0.1:2024', server.url) ?? 'false';
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env: { ...process.env, ...env } });
  return stdout === '' ? undefined : (JSON.parse(stdout) as unknown);
};

describe('what leaves the server', () => {
  it('survives kill -9 in the middle of its delivery and comes again under the same id', async () => {
    const id = await enqueue('hangs');
    await receiver.got(1);

    await server.restart();
    silent = false;

    await receiver.got(2);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    await expect.poll(() => message(id)).toMatchObject({ status: 'delivered' });
  });

  it('is listed once it has failed, and sent again when asked, as the page says', async () => {
    const id = await enqueue('fails');
    await expect.poll(() => message(id)).toMatchObject({ status: 'failed' });

    expect(await run('status=failed')).toMatchObject([
      {
        outbound_id: id,
        kind: 'fails',
        url: receiver.url,
        body: { kind: 'fails' },
        status: 'failed',
        attempts: 2,
        next_attempt_at: null,
        answer_status: 500,
        error: 'the receiver answered 500',
      },
    ]);

    healthy = true;
    expect(await run('/retry', { OUTBOUND_ID: id })).toMatchObject({ outbound_id: id, status: 'pending' });
    await expect.poll(() => message(id)).toMatchObject({ status: 'delivered' });

    const again = await server.send('POST', `/outbound/${id}/retry`);
    expect(refusal(again)).toMatchObject({ status: 409, code: 'invalid_transition' });
  });

  it('is not found under another id, nor by a status there is not', async () => {
    expect(refusal(await server.send('GET', '/outbound/nothing'))).toMatchObject({
      status: 404,
      code: 'outbound_not_found',
    });
    expect(refusal(await server.send('POST', '/outbound/nothing/retry'))).toMatchObject({ status: 404 });
    expect(refusal(await server.send('GET', '/outbound?status=lost'))).toMatchObject({
      status: 422,
      field: 'status',
    });
  });

  it('is signed by a secret made as the page says', async () => {
    const [, line = ''] = /```bash\n(export .*)\n/.exec(readText('docs/outbound.md')) ?? [];
    const { stdout } = await promisify(execFile)('bash', ['-c', `${line}; echo $HOLDPOINT_WEBHOOK_SECRET`]);
    const { readSettings } = await import('../../src/config/settings.ts');
    const secret = stdout.trim();
    expect(readSettings({ HOLDPOINT_WEBHOOK_SECRET: secret }).webhookSecrets).toEqual([secret]);
    expect(() => readSettings({ HOLDPOINT_WEBHOOK_SECRET: 'my secret' })).toThrow(
      /^(?!.*my secret).*WEBHOOK/,
    );
  });
});
