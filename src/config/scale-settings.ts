import { z } from 'zod';
import { whole } from './setting-schemas.ts';

const database = z
  .string()
  .default('')
  .refine((text) => text === '' || /^postgres(ql)?:\/\//.test(text), {
    message: 'expected a URL that begins with postgres://',
  });
const redis = z
  .string()
  .default('')
  .refine((text) => text === '' || (/^rediss?:\/\//.test(text) && URL.canParse(text)), {
    message: 'expected a URL that begins with redis:// or rediss://',
  });
const web = z
  .string()
  .default('')
  .refine((text) => text === '' || (/^https?:\/\//.test(text) && URL.canParse(text)), {
    message: 'expected a URL that begins with http:// or https://',
  });

/** Settings of a deployment on more than one machine; URLs hold passwords, so their values are never shown. */
export const SCALE_SETTINGS = {
  databaseUrl: {
    env: 'HOLDPOINT_DATABASE_URL',
    schema: database,
    hidden: true,
    help: 'Everything is kept in this Postgres (postgres://…) instead of the data folder.',
  },
  databaseSessionUrl: {
    env: 'HOLDPOINT_DATABASE_SESSION_URL',
    schema: database,
    hidden: true,
    help: 'The Postgres server itself, for LISTEN, where a pooler that lends connections per transaction stands before it.',
  },
  databasePool: {
    env: 'HOLDPOINT_DATABASE_POOL',
    schema: whole(2).default(10),
    help: 'Connections to Postgres that each process opens at most, besides three that listen and carry the queue.',
  },
  redisUrl: {
    env: 'HOLDPOINT_REDIS_URL',
    schema: redis,
    hidden: true,
    help: 'Queue, events and signals go through this Redis or Valkey; the truth stays in Postgres.',
  },
  role: {
    env: 'HOLDPOINT_ROLE',
    schema: z.enum(['all', 'api']).default('all'),
    help: 'What this server does. all: it executes runs too. api: it executes none; start `holdpoint worker` beside it, anywhere.',
  },
  queueLimit: {
    env: 'HOLDPOINT_QUEUE_LIMIT',
    schema: whole().default(0),
    help: 'When so many runs wait for a worker, new ones are refused with 503 until there are fewer; answers to questions and runs of crons never are. 0: no limit.',
  },
  fairBy: {
    env: 'HOLDPOINT_FAIR_BY',
    schema: z
      .string()
      .regex(/^(caller|assistant|metadata\.\S+)$/, 'expected caller, assistant or metadata.<key>')
      .default('caller'),
    help: 'Whose runs take turns where more wait than workers take: those of each caller (a key, a user; else of each assistant), of each assistant, or of whom `metadata.<key>` of the run names.',
  },
  apiUrl: {
    env: 'HOLDPOINT_API_URL',
    schema: web,
    help: 'Where code in the graphs of a `holdpoint worker` finds the API (http://…). Without it their calls of the server fail.',
  },
} as const;
