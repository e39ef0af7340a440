import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { HoldpointError } from '../model/errors.ts';

const Minutes = z.number().positive();

/** `store`: how items are found by what they mean, and how long they live. */
const StoreJson = z.strictObject({
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

/** The parts of `langgraph.json` that are served so far. Others are allowed and ignored. */
const LanggraphJson = z.looseObject({
  graphs: z.record(
    z.string().min(1),
    z.union([z.string(), z.looseObject({ path: z.string(), description: z.string().optional() })]),
  ),
  env: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  store: StoreJson.optional(),
});

export interface LanggraphConfig {
  graphs: Record<string, { file: string; exportName: string; description: string | null }>;
  /** Environment of the graphs, read from the file or object that `env` names. */
  env: Record<string, string>;
  store: StoreConfig;
}

export interface StoreConfig {
  /** Absent: items are not found by what they mean. */
  index?: { dims: number; model: string; fields: string[] } | undefined;
  defaultTtlMs: number | null;
  refreshOnRead: boolean;
  sweepEveryMs: number;
}

/**
 * Reads `langgraph.json`. Paths are relative to the file.
 * @throws {HoldpointError} `invalid_request` that says what is wrong and where.
 */
export const readLanggraphConfig = (path: string): LanggraphConfig => {
  const root = dirname(path);
  const { graphs, env, store } = parse(path);
  return {
    graphs: Object.fromEntries(
      Object.entries(graphs).map(([graphId, entry]) => {
        const { path: target, description = null } = typeof entry === 'string' ? { path: entry } : entry;
        return [graphId, { ...splitTarget({ path, graphId, root, target }), description }];
      }),
    ),
    env: readEnv(root, env),
    store: readStore(store),
  };
};

const parse = (path: string): z.output<typeof LanggraphJson> => {
  if (!existsSync(path)) {
    throw new HoldpointError('invalid_request', `There is no ${path}. Name another with --config.`);
  }
  try {
    return LanggraphJson.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new HoldpointError('invalid_request', `${path} is not a valid langgraph.json: ${problem}`, {
      cause: error,
    });
  }
};

/** `./file.ts:export` → the absolute file and the export's name. */
const splitTarget = ({
  path,
  graphId,
  root,
  target,
}: Record<'path' | 'graphId' | 'root' | 'target', string>) => {
  const match = /^(.+):([\w$]+)$/.exec(target);
  const file = resolve(root, match?.[1] ?? target);
  if (!match?.[2]) {
    throw new HoldpointError(
      'invalid_request',
      `${path}: graph "${graphId}" must be "./file.ts:export", not "${target}".`,
    );
  }
  if (!existsSync(file))
    throw new HoldpointError('invalid_request', `${path}: graph "${graphId}": there is no ${file}.`);
  return { file, exportName: match[2] };
};

const readEnv = (root: string, env: string | Record<string, string> | undefined): Record<string, string> => {
  if (typeof env !== 'string') return env ?? {};
  const file = resolve(root, env);
  return existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) : {};
};

const MINUTE_MS = 60_000;
const SWEEP_EVERY_MINUTES = 5;

const readStore = ({ index, ttl = {} }: z.output<typeof StoreJson> = {}): StoreConfig => ({
  index: index && {
    dims: index.dims,
    model: index.embed.slice('openai:'.length),
    fields: index.fields ?? ['$'],
  },
  defaultTtlMs: ttl.default_ttl == null ? null : Math.ceil(ttl.default_ttl * MINUTE_MS),
  refreshOnRead: ttl.refresh_on_read ?? true,
  sweepEveryMs: Math.ceil((ttl.sweep_interval_minutes ?? SWEEP_EVERY_MINUTES) * MINUTE_MS),
});
