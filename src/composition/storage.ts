import { isHidden, SETTING_NAMES, SETTINGS, type Settings } from '../config/settings.ts';
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

const HIDDEN = SETTING_NAMES.filter(isHidden);

/** What a worker process needs of them: it gets that by its environment. */
const NEEDED = ['databaseUrl', 'databaseSessionUrl', 'redisUrl'] as const satisfies (keyof Settings)[];

/**
 * The settings as they may stand on a worker's command line, which others on the machine can read, and the environment
 * beside them. What is hidden is in the latter alone, and there only if a worker needs it: a worker runs code of others.
 */
export const splitSettings = (settings: Settings, env: NodeJS.ProcessEnv) => {
  const unsaid = HIDDEN.map((name) => [name, SETTINGS[name].schema.parse(undefined)] as const);
  const unset = HIDDEN.map((name) => [SETTINGS[name].env, undefined] as const);
  const needed = NEEDED.map((name) => [SETTINGS[name].env, settings[name]] as const);
  return {
    open: { ...settings, ...Object.fromEntries(unsaid) } as Settings,
    env: { ...env, ...Object.fromEntries([...unset, ...needed]) },
  };
};

/** Takes back {@link splitSettings}, in the process that was given both. */
export const joinSettings = (open: Settings, env: NodeJS.ProcessEnv): Settings => ({
  ...open,
  ...Object.fromEntries(NEEDED.map((name) => [name, env[SETTINGS[name].env] ?? ''])),
});
