import type { Settings } from '../config/settings.ts';
import { openEmbeddedStorage } from '../storage/embedded/open.ts';
import type { SignalLink } from '../storage/embedded/signal-bus.ts';
import type { Storage } from '../storage/ports.ts';

interface StorageParts {
  settings: Settings;
  /** Between a server and its workers, where their storage carries no signals. */
  link: SignalLink;
  /** Brings the database up to date, or waits until another has. */
  migrate: boolean;
  /** Whether anybody in this process follows threads. */
  follows: boolean;
  onError: (error: unknown) => void;
}

/** The storage that the settings name: Postgres, with Redis where that is set, else the data folder. */
export const openStorage = async ({
  settings,
  link,
  migrate,
  follows,
  onError,
}: StorageParts): Promise<Storage> => {
  const { dataDir, synchronous, databaseUrl: url, databaseSessionUrl, databasePool: poolSize } = settings;
  if (!isShared(settings)) return openEmbeddedStorage({ dataDir, synchronous, link, onError });
  const { openPostgresStorage } = await import('../storage/postgres/open.ts'); // only who uses it waits for it
  const sessionUrl = databaseSessionUrl || url;
  const postgres = { url, sessionUrl, poolSize, migrate, follows, onError };
  if (settings.redisUrl === '') return openPostgresStorage(postgres);
  const { openRedisCarriers } = await import('../storage/redis/open.ts');
  return openPostgresStorage({
    ...postgres,
    carriers: (parts) => openRedisCarriers({ url: settings.redisUrl, parts }),
  });
};

/** Whether several processes, also of other machines, may use the storage at the same time. */
export const isShared = ({ databaseUrl }: Pick<Settings, 'databaseUrl'>): boolean => databaseUrl !== '';

/** Settings that hold passwords and that a worker process needs: it gets them by its environment. */
const PRIVATE = {
  databaseUrl: 'HOLDPOINT_DATABASE_URL',
  databaseSessionUrl: 'HOLDPOINT_DATABASE_SESSION_URL',
  redisUrl: 'HOLDPOINT_REDIS_URL',
} as const satisfies Partial<Record<keyof Settings, string>>;

/** The settings as they may stand on a command line, which others on the machine can read; and what goes beside. */
export const splitSettings = (settings: Settings): { open: Settings; env: Record<string, string> } => {
  const entries = Object.entries(PRIVATE) as [keyof typeof PRIVATE, string][];
  return {
    open: {
      ...settings,
      webhookSecrets: [],
      hookSecrets: [],
      studioKeys: [],
      ...Object.fromEntries(entries.map(([name]) => [name, ''])),
    },
    env: Object.fromEntries(entries.map(([name, variable]) => [variable, settings[name]])),
  };
};

/** Takes back {@link splitSettings}, in the process that was given both. */
export const joinSettings = (open: Settings, env: NodeJS.ProcessEnv): Settings => ({
  ...open,
  ...Object.fromEntries(Object.entries(PRIVATE).map(([name, variable]) => [name, env[variable] ?? ''])),
});
