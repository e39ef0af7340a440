import { resolve } from 'node:path';
import { z } from 'zod';
import { HoldpointError } from '../model/errors.ts';
import { LOG_LEVELS } from '../model/log-level.ts';
import { OUTBOUND_SETTINGS } from './outbound-settings.ts';
import { SCALE_SETTINGS } from './scale-settings.ts';
import { ageMs, count, host, list, mailbox, ms, msOrNone, urlOf, whole } from './setting-schemas.ts';

const bound = whole().default(0);

/**
 * Every setting: its environment variable, its default and what it means. `--help config` prints this table. Its
 * flag and its name in `holdpoint.json` follow from the variable; `path` makes its value an absolute path.
 */
export const SETTINGS = {
  host: {
    env: 'HOLDPOINT_HOST',
    schema: host('127.0.0.1'),
    help: 'Address to listen on. Only loopback, unless an API key was made or langgraph.json has auth.',
  },
  port: {
    env: 'HOLDPOINT_PORT',
    schema: whole(0, 65_535).default(2024),
    help: 'Port to listen on; the next free one when it is the default and taken. 0: any.',
  },
  dataDir: {
    env: 'HOLDPOINT_DATA',
    path: true,
    schema: z.string().default('.holdpoint'),
    help: 'Folder of the databases.',
  },
  config: {
    env: 'HOLDPOINT_CONFIG',
    path: true,
    schema: z.string().default('langgraph.json'),
    help: 'The langgraph.json that names the graphs.',
  },
  keys: {
    env: 'HOLDPOINT_KEYS',
    schema: z.enum(['auto', 'required', 'off']).default('auto'),
    help: 'When callers need an API key: auto, once one was made ("holdpoint keys create"); required, from the start; off, never.',
  },
  openToAll: {
    env: 'HOLDPOINT_OPEN_TO_ALL',
    schema: z.enum(['no', 'yes']).default('no'),
    help: 'Whether to listen beyond loopback although nobody is asked who they are: whoever reaches it can do everything.',
  },
  synchronous: {
    env: 'HOLDPOINT_SQLITE_SYNCHRONOUS',
    schema: z.enum(['FULL', 'NORMAL']).default('FULL'),
    help: 'FULL: what is acknowledged survives a power cut. NORMAL: it survives a crash of the process.',
  },
  ...SCALE_SETTINGS,
  workers: { env: 'HOLDPOINT_WORKERS', schema: count(1), help: 'Worker processes.' },
  concurrency: { env: 'HOLDPOINT_CONCURRENCY', schema: count(10), help: 'Runs at once in each worker.' },
  workerBlockedMs: {
    env: 'HOLDPOINT_WORKER_BLOCKED_MS',
    schema: ms(30_000),
    help: 'A worker whose event loop stands still this long is killed and replaced.',
  },
  workerMaxRuns: {
    env: 'HOLDPOINT_WORKER_MAX_RUNS',
    schema: bound,
    help: 'Runs after which a worker is replaced, so that what leaks in it ends; it drains first. 0: no limit.',
  },
  workerMaxAgeMs: {
    env: 'HOLDPOINT_WORKER_MAX_AGE_MS',
    schema: bound,
    help: 'Age at which a worker is replaced in the same way. 0: no limit.',
  },
  workerMaxMemoryMib: {
    env: 'HOLDPOINT_WORKER_MAX_MEMORY_MIB',
    schema: bound,
    help: 'Memory (MiB of the process) at which a worker is replaced in the same way. 0: no limit.',
  },
  workerRecycleDrainMs: {
    env: 'HOLDPOINT_WORKER_RECYCLE_DRAIN_MS',
    schema: ms(3_600_000),
    help: 'How long the steps of a worker that is replaced for its runs, age or memory may take to end before they are cut.',
  },
  leaseMs: {
    env: 'HOLDPOINT_LEASE_MS',
    schema: ms(15_000),
    help: 'How long a worker owns a thread without renewing: twice HOLDPOINT_RENEW_MS or more.',
  },
  renewMs: { env: 'HOLDPOINT_RENEW_MS', schema: ms(5000), help: 'How often a worker renews.' },
  maxAttempts: {
    env: 'HOLDPOINT_MAX_ATTEMPTS',
    schema: count(3),
    help: 'Attempts of a run that may die in a row without progress.',
  },
  runTimeoutMs: {
    env: 'HOLDPOINT_RUN_TIMEOUT_MS',
    schema: msOrNone,
    help: 'How long a run may be at work before it ends as `timeout`; waiting and pauses do not count. 0: no limit.',
  },
  drainTimeoutMs: {
    env: 'HOLDPOINT_DRAIN_TIMEOUT_MS',
    schema: ms(10_000),
    help: 'At shutdown: how long runs may take to reach the end of their step.',
  },
  codeDrift: {
    env: 'HOLDPOINT_CODE_DRIFT',
    schema: z.enum(['refuse', 'warn']).default('refuse'),
    help: "When a graph's code changed while a run was paused: refuse to resume, or warn (for development).",
  },
  callTimeoutMs: {
    env: 'HOLDPOINT_CALL_TIMEOUT_MS',
    schema: ms(10_000),
    help: 'How long a worker may take for a state update, or for what is read of a graph that is a function.',
  },
  eventRetentionMs: {
    env: 'HOLDPOINT_EVENT_RETENTION_MS',
    schema: ageMs(3_600_000),
    help: 'How long the stream of an ended run can be replayed.',
  },
  keepCheckpoints: {
    env: 'HOLDPOINT_KEEP_CHECKPOINTS',
    schema: bound,
    help: 'How many checkpoints an idle thread keeps once its events are gone; those that wait or are paused keep all. 0: all.',
  },
  bodyLimitBytes: {
    env: 'HOLDPOINT_BODY_LIMIT_BYTES',
    schema: count(10 * 1024 * 1024),
    help: 'Largest request body.',
  },
  heartbeatMs: {
    env: 'HOLDPOINT_HEARTBEAT_MS',
    schema: ms(5000),
    help: 'How often a silent stream sends a sign of life.',
  },
  origins: {
    env: 'HOLDPOINT_ORIGINS',
    schema: list,
    help: 'More web origins that may call this server, comma-separated (loopback and LangGraph Studio always may).',
  },
  hosts: {
    env: 'HOLDPOINT_HOSTS',
    schema: list,
    help: 'Names by which this server may be called, comma-separated, beside localhost and addresses. Asked for while nobody needs a key, or once there are some; * for any.',
  },
  requestTimeoutMs: {
    env: 'HOLDPOINT_REQUEST_TIMEOUT_MS',
    schema: ms(120_000),
    help: 'How long a client may take to send a request, and to take what it is sent.',
  },
  rateLimit: {
    env: 'HOLDPOINT_RATE_LIMIT',
    schema: whole().default(600_000),
    help: 'Requests, and commands over a WebSocket, a minute from one address. 0: any number.',
  },
  openPerClient: {
    env: 'HOLDPOINT_OPEN_PER_CLIENT',
    schema: whole().default(10_000),
    help: 'Requests, streams and WebSockets that one caller (a key, a user, else an address) may have open. 0: any number.',
  },
  trustedProxies: {
    env: 'HOLDPOINT_TRUSTED_PROXIES',
    schema: whole(0, 10).default(0),
    help: 'How many proxies are in front, each of which adds to X-Forwarded-For the address it was called from.',
  },
  ...OUTBOUND_SETTINGS,
  publicUrl: {
    env: 'HOLDPOINT_PUBLIC_URL',
    schema: urlOf(/^https?$/)
      .refine((url) => !/[?#]/.test(url), 'expected a URL without a query')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    help: 'Where this server is reached from outside, for the links in what people are told and for resume URLs; where it listens, and where it was called, when not set.',
  },
  linkSecret: {
    env: 'HOLDPOINT_LINK_SECRET',
    schema: z.string().min(16).optional(),
    help: 'What those links are signed with (16 characters at least); a key in the data folder when not set.',
    secret: true,
  },
  linkLifetimeMs: {
    env: 'HOLDPOINT_LINK_LIFETIME_MS',
    schema: ageMs(7 * 24 * 3_600_000),
    help: 'How long those links work.',
  },
  smtpUrl: {
    env: 'HOLDPOINT_SMTP_URL',
    schema: urlOf(/^smtps?$/).optional(),
    help: 'The mail server for what people are told by mail: smtp://user:password@host:port, or smtps://….',
    secret: true,
  },
  mailFrom: {
    env: 'HOLDPOINT_MAIL_FROM',
    schema: mailbox('holdpoint@localhost'),
    help: 'The sender of those mails.',
  },
  outboundRetentionMs: {
    env: 'HOLDPOINT_OUTBOUND_RETENTION_MS',
    schema: ageMs(7 * 24 * 3_600_000),
    help: 'How long outgoing messages stay listed once they are delivered or have failed.',
  },
  approvalDialects: {
    env: 'HOLDPOINT_APPROVAL_DIALECTS',
    schema: z.enum(['on', 'off']).default('on'),
    help: 'Whether approval questions are shown in the words of every known client and answers put into those of the graph.',
  },
  schemasAhead: {
    env: 'HOLDPOINT_SCHEMAS_AHEAD',
    schema: z.enum(['yes', 'no']).default('yes'),
    help: 'Whether the types of new graphs are read after the start, by a process that gives way to all others, so that nobody waits for their schemas.',
  },
  studioKeys: {
    env: 'HOLDPOINT_STUDIO_KEYS',
    secret: true,
    schema: list,
    help: "API keys with which LangGraph Studio is let in as its own user, comma-separated, where langgraph.json has auth; none: Studio's users are asked like all others.",
  },
  logLevel: {
    env: 'HOLDPOINT_LOG_LEVEL',
    schema: z.enum(LOG_LEVELS).default('warn'),
    help: `One of ${LOG_LEVELS.join(', ')}.`,
  },
} as const;

export type Settings = { readonly [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']> };

export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof Settings)[];

/** Settings that are said by the environment only: a flag shows in the list of processes, a file gets copied. */
export const isSecret = (name: keyof Settings): boolean => 'secret' in SETTINGS[name];

/** Settings whose value is never shown. */
export const isHidden = (name: keyof Settings): boolean => isSecret(name) || 'hidden' in SETTINGS[name];

/** `HOLDPOINT_LEASE_MS` → `lease_ms`: the setting's name in `holdpoint.json`. */
export const fileKeyOf = (name: keyof Settings): string =>
  SETTINGS[name].env.replace('HOLDPOINT_', '').toLowerCase();

/** `HOLDPOINT_LEASE_MS` → `lease-ms`: the setting's flag, without its dashes. */
export const flagNameOf = (name: keyof Settings): string => fileKeyOf(name).replaceAll('_', '-');

type Texts = Partial<Record<keyof Settings, string>>;

/** Where the value of a setting was said. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

/** Where settings are said; the first that says one wins. */
export interface SettingPlaces {
  flags?: Texts;
  env?: Record<string, string | undefined>;
  file?: Texts;
}

/** Every setting as it is here and now. An empty text says nothing. */
export const resolveSettings = ({
  flags = {},
  env = {},
  file = {},
}: SettingPlaces): Record<keyof Settings, { value: unknown; source: SettingSource }> =>
  Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const places = { flag: flags[name], environment: env[SETTINGS[name].env], file: file[name] };
      const [source, text] = Object.entries(places).find(([, said]) => said) ?? ['default', undefined];
      return [name, { value: valueOf(name, text), source }];
    }),
  ) as ReturnType<typeof resolveSettings>;

/** @throws {HoldpointError} `invalid_request` that names the setting and what it accepts. */
const valueOf = (name: keyof Settings, text: string | undefined): unknown => {
  const setting = SETTINGS[name];
  const parsed = setting.schema.safeParse(text);
  if (parsed.success) return 'path' in setting ? resolve(String(parsed.data)) : parsed.data;
  const problem = parsed.error.issues[0]?.message ?? 'is not valid';
  throw new HoldpointError(
    'invalid_request',
    `Setting ${setting.env}=${isHidden(name) ? '…' : text}: ${problem}. ${setting.help}`,
  );
};

/**
 * Reads the settings once: `flags` before the environment before `file` before the defaults. Paths become absolute.
 * @throws {HoldpointError} `invalid_request` that names the setting and what it accepts.
 */
export const readSettings = (
  env: Record<string, string | undefined>,
  flags: Texts = {},
  file: Texts = {},
): Settings => {
  const resolved = Object.entries(resolveSettings({ flags, env, file }));
  const settings = Object.fromEntries(resolved.map(([name, { value }]) => [name, value])) as Settings;
  refuseShortLease(settings);
  refuseLoneCarriers(settings);
  return Object.freeze(settings);
};

/** A worker that renews once too late, or fails to once, must not lose what it has. */
const refuseShortLease = ({ leaseMs, renewMs }: Settings): void => {
  if (leaseMs >= 2 * renewMs) return;
  throw new HoldpointError(
    'invalid_request',
    `Setting HOLDPOINT_LEASE_MS=${leaseMs}: expected twice HOLDPOINT_RENEW_MS=${renewMs} or more. Workers renew no sooner, and would lose their runs.`,
  );
};

/** What is beside the database would be used by nobody without it. */
const refuseLoneCarriers = ({ databaseUrl, databaseSessionUrl, redisUrl }: Settings): void => {
  if (databaseUrl !== '' || databaseSessionUrl + redisUrl === '') return;
  const { env } = SETTINGS[redisUrl === '' ? 'databaseSessionUrl' : 'redisUrl'];
  throw new HoldpointError(
    'invalid_request',
    `Setting ${env}: expected HOLDPOINT_DATABASE_URL beside it, the Postgres that everything is kept in.`,
  );
};
