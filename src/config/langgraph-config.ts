import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { HoldpointError } from '../model/errors.ts';
import { LanggraphJson, PARTS, unknownKeys, type ServerPart } from './langgraph-json.ts';

/** An export of a module of the project. */
export interface Source {
  file: string;
  exportName: string;
}

export interface LanggraphConfig {
  graphs: Record<string, Source & { description: string | null }>;
  /** Environment of the graphs, read from the file or object that `env` names. */
  env: Record<string, string>;
  store: StoreConfig;
  /** How long threads live for which nothing else is said; undefined: for ever. */
  threadTtl: { strategy: 'delete' | 'keep_latest'; minutes: number } | undefined;
  auth: Source | undefined;
  http: HttpConfig;
  /** The file of each graph's components, by graph. */
  ui: Record<string, string>;
  /** Packages that the page gives to them, beside React and LangGraph's SDK. */
  uiShared: string[];
  /** Keys that mean nothing here. */
  unknown: string[];
}

export interface StoreConfig {
  /** Absent: items are not found by what they mean. */
  index?: { dims: number; model: string; fields: string[] } | undefined;
  defaultTtlMs: number | null;
  refreshOnRead: boolean;
  sweepEveryMs: number;
}

export interface HttpConfig {
  app: Source | undefined;
  customRouteAuth: boolean;
  cors: {
    allowed: string[];
    pattern: RegExp | undefined;
    methods: string[] | undefined;
    headers: string[] | undefined;
    exposed: string[] | undefined;
    credentials: boolean | undefined;
    maxAgeSeconds: number | undefined;
  };
  disabled: ServerPart[];
}

/**
 * Reads `langgraph.json`. Paths are relative to the file.
 * @throws {HoldpointError} `invalid_request` that names the field and what it accepts.
 */
export const readLanggraphConfig = (path: string): LanggraphConfig => {
  const json = parse(path);
  const { graphs, auth, http, ui = {} } = json;
  const source = (field: string, target: string): Source => sourceOf(path, { field, target });
  return {
    graphs: Object.fromEntries(
      Object.entries(graphs).map(([graphId, entry]) => {
        const { path: target, description = null } = typeof entry === 'string' ? { path: entry } : entry;
        return [graphId, { ...source(`graphs.${graphId}`, target), description }];
      }),
    ),
    env: readEnv(path, json.env),
    store: readStore(json.store),
    threadTtl: readThreadTtl(json.checkpointer),
    auth: auth?.path === undefined ? undefined : source('auth.path', auth.path),
    http: readHttp(http, http?.app === undefined ? undefined : source('http.app', http.app)),
    ui: Object.fromEntries(
      Object.entries(ui).map(([graphId, file]) => [graphId, fileOf(path, { field: `ui.${graphId}`, file })]),
    ),
    uiShared: json.ui_config?.shared ?? [],
    unknown: unknownKeys(json),
  };
};

const invalid = (path: string, problem: string, cause?: unknown): HoldpointError =>
  new HoldpointError('invalid_request', `${path} is not a valid langgraph.json: ${problem}`, { cause });

const parse = (path: string): LanggraphJson => {
  if (!existsSync(path)) {
    throw new HoldpointError('invalid_request', `There is no ${path}. Name another with --config.`);
  }
  try {
    return LanggraphJson.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw invalid(path, error instanceof z.ZodError ? z.prettifyError(error) : String(error), error);
  }
};

/** `./file.ts:export` → the absolute file and the export's name. */
const sourceOf = (path: string, { field, target }: { field: string; target: string }): Source => {
  const at = target.lastIndexOf(':');
  return { file: fileOf(path, { field, file: target.slice(0, at) }), exportName: target.slice(at + 1) };
};

const fileOf = (path: string, { field, file }: { field: string; file: string }): string => {
  const absolute = resolve(dirname(path), file);
  if (!existsSync(absolute)) throw invalid(path, `${field}: there is no ${absolute}.`);
  return absolute;
};

const readEnv = (path: string, env: LanggraphJson['env']): Record<string, string> => {
  if (typeof env !== 'string') return env ?? {};
  const file = resolve(dirname(path), env);
  return existsSync(file) ? (parseEnv(readFileSync(file, 'utf8')) as Record<string, string>) : {};
};

const MINUTE_MS = 60_000;
const SWEEP_EVERY_MINUTES = 5;

const readStore = ({ index, ttl = {} }: NonNullable<LanggraphJson['store']> = {}): StoreConfig => ({
  index: index && {
    dims: index.dims,
    model: index.embed.slice('openai:'.length),
    fields: index.fields ?? ['$'],
  },
  defaultTtlMs: ttl.default_ttl == null ? null : Math.ceil(ttl.default_ttl * MINUTE_MS),
  refreshOnRead: ttl.refresh_on_read ?? true,
  sweepEveryMs: Math.ceil((ttl.sweep_interval_minutes ?? SWEEP_EVERY_MINUTES) * MINUTE_MS),
});

const readThreadTtl = ({ ttl }: NonNullable<LanggraphJson['checkpointer']> = {}) =>
  ttl?.default_ttl == null ? undefined : { strategy: ttl.strategy, minutes: ttl.default_ttl };

const readHttp = (http: NonNullable<LanggraphJson['http']> = {}, app: Source | undefined): HttpConfig => {
  const { cors = {} } = http;
  return {
    app,
    customRouteAuth: http.enable_custom_route_auth ?? false,
    cors: {
      allowed: cors.allow_origins ?? [],
      pattern:
        cors.allow_origin_regex === undefined ? undefined : new RegExp(`^(?:${cors.allow_origin_regex})$`),
      methods: cors.allow_methods,
      headers: cors.allow_headers,
      exposed: cors.expose_headers,
      credentials: cors.allow_credentials,
      maxAgeSeconds: cors.max_age,
    },
    disabled: PARTS.filter((part) => http[`disable_${part}`] === true),
  };
};
