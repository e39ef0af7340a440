import { isIP } from 'node:net';
import { count, list, ms } from './setting-schemas.ts';

const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const secrets = list.refine((given) => given.every((secret) => SECRET.test(secret)), {
  message: 'expected "whsec_" and at least 18 random bytes in Base64',
});

/** Settings of the messages that leave the server, and of the secrets that both ways are signed with. */
export const OUTBOUND_SETTINGS = {
  webhookSecrets: {
    env: 'HOLDPOINT_WEBHOOK_SECRET',
    schema: secrets,
    help: 'What outgoing messages are signed with (whsec_…, see outbound.md); two, comma-separated, while one replaces the other.',
    secret: true,
  },
  hookSecrets: {
    env: 'HOLDPOINT_HOOK_SECRET',
    schema: secrets,
    help: 'When set, calls of resume URLs must be signed with it (whsec_…); two, comma-separated, while one replaces the other.',
    secret: true,
  },
  outboundAllow: {
    env: 'HOLDPOINT_OUTBOUND_ALLOW',
    schema: list.refine((given) => given.every((entry) => entry === 'private' || isIP(entry) !== 0), {
      message: 'expected IP addresses, or "private"',
    }),
    help: 'Private addresses that outgoing messages may go to, comma-separated, or `private` for all of them.',
  },
  outboundAttempts: {
    env: 'HOLDPOINT_OUTBOUND_ATTEMPTS',
    schema: count(12),
    help: 'How often an outgoing message is tried before it is listed as failed.',
  },
  outboundBackoffMs: {
    env: 'HOLDPOINT_OUTBOUND_BACKOFF_MS',
    schema: ms(1000),
    help: 'Wait before the second try; each further wait is three times as long, an hour at most.',
  },
  outboundTimeoutMs: {
    env: 'HOLDPOINT_OUTBOUND_TIMEOUT_MS',
    schema: ms(10_000),
    help: 'How long a receiver may take to answer.',
  },
} as const;
