import { isIPv4 } from 'node:net';
import type { LanggraphConfig } from '../config/langgraph-config.ts';
import type { Settings } from '../config/settings.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { createApiKeys, type ApiKeys } from '../resources/api-keys.ts';
import { createKeyRing, type KeyRing } from '../resources/key-ring.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { openStorage } from './storage.ts';

interface RingParts {
  storage: Storage;
  clock: Clock;
  settings: Settings;
  langgraph: LanggraphConfig;
  log: Logger;
}

/**
 * The keys that open this server.
 * @throws {HoldpointError} `invalid_request` when it would listen beyond loopback and ask nobody who they are.
 */
export const openKeyRing = async ({
  storage,
  clock,
  settings,
  langgraph,
  log,
}: RingParts): Promise<KeyRing> => {
  const ring = createKeyRing({ storage, clock, mode: settings.keys, log });
  const isGuarded = langgraph.auth !== undefined || (await ring.asked());
  if (!isGuarded && !isLoopback(settings.host)) allowOpen(settings, log);
  return ring;
};

const isLoopback = (host: string): boolean =>
  ['localhost', '::1'].includes(host) || (isIPv4(host) && host.startsWith('127.'));

const allowOpen = ({ host, openToAll }: Settings, log: Logger): void => {
  if (openToAll !== 'yes') {
    throw new HoldpointError(
      'invalid_request',
      `HOLDPOINT_HOST=${host}: nobody would be asked who they are, so this server listens on loopback only (127.0.0.1). Make an API key ("holdpoint keys create"), give langgraph.json auth.path, or, where something in front protects it, say HOLDPOINT_OPEN_TO_ALL=yes.`,
    );
  }
  const text = openWarning(host);
  log.warn({ host }, text);
  if (!log.isLevelEnabled('warn')) process.stderr.write(`holdpoint: ${text}\n`);
};

const openWarning = (host: string): string =>
  `WARNING: open to all. This server listens on ${host} and asks nobody who they are: whoever reaches it can run agents, approve tool calls, read and delete everything. HOLDPOINT_OPEN_TO_ALL=yes allows it.`;

/** Nobody else is told: servers look themselves. */
const ALONE = { send: () => {}, receive: () => {} };

/** Does something with the keys of a data folder, or database, also while servers use it: they see it within a second. */
export const withApiKeys = async <T>(settings: Settings, work: (keys: ApiKeys) => Promise<T>): Promise<T> => {
  const storage = await openStorage({
    settings: { ...settings, redisUrl: '' },
    link: ALONE,
    migrate: true,
    follows: false,
    onError: () => {},
  });
  try {
    return await work(createApiKeys({ storage, clock: systemClock }));
  } finally {
    await storage.close();
  }
};
