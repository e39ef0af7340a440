import { z } from 'zod';

const Minutes = z.number('must be a number of minutes').positive('must be more than 0 minutes');

/** `./file.ts:export` */
const Target = z
  .string()
  .regex(/^.+:[\w$]+$/, 'must be "./file.ts:export"')
  .meta({ description: 'a file, and what it exports' });

const Store = z.strictObject({
  index: z
    .strictObject({
      dims: z.int().min(1).max(16_384),
      embed: z
        .string()
        .regex(/^openai:.+$/, 'must be "openai:<model>", of any endpoint that speaks OpenAI\'s API'),
      fields: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
  ttl: z
    .strictObject({
      refresh_on_read: z.boolean().optional(),
      default_ttl: Minutes.nullish(),
      sweep_interval_minutes: Minutes.nullish(),
    })
    .optional(),
});

const Checkpointer = z.strictObject({
  ttl: z
    .strictObject({
      strategy: z.enum(['delete', 'keep_latest'], 'must be "delete" or "keep_latest"').default('delete'),
      default_ttl: Minutes.nullish(),
      sweep_interval_minutes: Minutes.nullish(),
    })
    .optional(),
});

const Auth = z.looseObject({ path: Target.optional(), disable_studio_auth: z.boolean().optional() });

const isPattern = (text: string): boolean => {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
};

const Cors = z.strictObject({
  allow_origins: z.array(z.string()).optional(),
  allow_origin_regex: z.string().refine(isPattern, 'is no regular expression').optional(),
  allow_methods: z.array(z.string()).optional(),
  allow_headers: z.array(z.string()).optional(),
  allow_credentials: z.boolean().optional(),
  expose_headers: z.array(z.string()).optional(),
  max_age: z.int().min(0).optional(),
});

/** Parts of the server that can be switched off. */
export const PARTS = ['assistants', 'threads', 'runs', 'store', 'meta', 'a2a', 'mcp', 'ui'] as const;
export type ServerPart = (typeof PARTS)[number];

const disable = z.boolean().optional();

const Http = z.looseObject({
  app: Target.optional(),
  enable_custom_route_auth: z.boolean().optional(),
  cors: Cors.optional(),
  disable_assistants: disable,
  disable_threads: disable,
  disable_runs: disable,
  disable_store: disable,
  disable_meta: disable,
  disable_a2a: disable,
  disable_mcp: disable,
  disable_ui: disable,
});

/** What `langgraph.json` may say. `docs/langgraph-json.md` tells which keys of others are read over. */
export const LanggraphJson = z.looseObject({
  graphs: z.record(
    z.string().min(1),
    z.union([Target, z.looseObject({ path: Target, description: z.string().optional() })]),
  ),
  env: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  store: Store.optional(),
  checkpointer: Checkpointer.optional(),
  auth: Auth.optional(),
  http: Http.optional(),
  ui: z.record(z.string().min(1), z.string()).optional(),
  ui_config: z.looseObject({ shared: z.array(z.string().min(1)).optional() }).optional(),
});

export type LanggraphJson = z.output<typeof LanggraphJson>;

/** Keys that other servers and the packaging of images use; they say nothing about running. */
const OTHERS = new Set([
  '$schema',
  'node_version',
  'python_version',
  'pip_config_file',
  'pip_installer',
  'dockerfile_lines',
  'base_image',
  'image_distro',
  'api_version',
  'dependencies',
  'keep_pkg_tools',
]);

/** Keys nobody knows: likely misspelt. */
export const unknownKeys = (json: LanggraphJson): string[] =>
  Object.keys(json).filter((key) => !Object.hasOwn(LanggraphJson.shape, key) && !OTHERS.has(key));
