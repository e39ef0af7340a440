import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@langchain/langgraph-sdk';
import pg from 'pg';
import { readEffects } from '../crash/crash-server.ts';
import type { Effect } from '../crash/graphs/effects.ts';
import { BACKEND, redisDatabase } from '../support/backend.ts';
import { builtGraphs } from '../support/built.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process of ours: an API, or workers under their supervisor. */
export interface NodeProcess {
  child: ChildProcess;
  output: () => string;
  /** Whether it was ended by {@link kill}. */
  ended: () => boolean;
  /** Ends it. Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface ApiNode extends NodeProcess {
  url: string;
  client: Client;
  send(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }>;
}

export interface Cluster {
  postgres: PostgresServer;
  /** Of the database that all nodes use. */
  url: string;
  api(env?: Record<string, string>): Promise<ApiNode>;
  workers(env?: Record<string, string>): Promise<NodeProcess>;
  /** The last of what each node has said: for tests that fail. */
  said(): string;
  /** Nodes that ended although nobody ended them, with the last they said. */
  crashed: string[];
  /** What the graphs did to the world, in order. */
  effects(threadId?: string): Effect[];
  query<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

interface ClusterOptions {
  env?: Record<string, string>;
  /** A Postgres that is there already. */
  postgres?: PostgresServer;
  /** Where nodes find the database, when not directly. */
  through?: (url: string) => string;
}

/** Nodes that share nothing but a database, as on machines of their own. */
export const startCluster = async (options: ClusterOptions = {}): Promise<Cluster> => {
  const postgres = options.postgres ?? (await startPostgres());
  const url = await postgres.newDatabase();
  const nodeUrl = options.through?.(url) ?? url;
  const redisUrl = BACKEND === 'redis' ? redisDatabase(randomInt(1e6)) : '';
  const effectsFile = join(temporaryFolder(), 'effects.jsonl');
  const nodes: NodeProcess[] = [];
  const crashed: string[] = [];
  const launch = async (args: string[], ready: RegExp, env: Record<string, string> = {}) => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'dist/cli.js'), ...args, '--config', builtGraphs('scale')],
      {
        cwd: temporaryFolder(),
        env: {
          ...process.env,
          OPENAI_API_KEY: '',
          OPENAI_BASE_URL: '',
          HOLDPOINT_DATABASE_URL: nodeUrl,
          HOLDPOINT_DATABASE_SESSION_URL: '',
          HOLDPOINT_REDIS_URL: redisUrl,
          HOLDPOINT_DATABASE_POOL: '5',
          HOLDPOINT_LEASE_MS: '6000',
          HOLDPOINT_RENEW_MS: '1500',
          HOLDPOINT_SCHEMAS_AHEAD: 'no',
          EFFECTS_FILE: effectsFile,
          ...options.env,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const { node, match } = await started(child, ready);
    child.once('exit', (code) => {
      if (!node.ended()) crashed.push(`${args[0]} exited with ${code}: ${node.output().slice(-2000)}`);
    });
    nodes.push(node);
    return { node, match };
  };
  return {
    postgres,
    url,
    crashed,
    said: () => nodes.map((node) => `--- ${node.child.pid}: ${node.output().slice(-3000)}`).join('\n'),
    api: async (env) => {
      const { node, match } = await launch(
        ['serve', '--role', 'api', '--port', '0'],
        /ready at (http:\S+)/,
        env,
      );
      const address = match[1] ?? '';
      const client = new Client({ apiUrl: address, apiKey: null, callerOptions: { maxRetries: 0 } });
      return { ...node, url: address, client, send: (...request) => send(address, ...request) };
    },
    workers: async (env) => (await launch(['worker'], /workers are ready/, env)).node,
    effects: (threadId) =>
      readEffects(effectsFile).filter((effect) => threadId === undefined || effect.threadId === threadId),
    query: async <T extends object>(text: string, values: unknown[] = []) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await client.query('SET search_path = holdpoint');
        return (await client.query<T>(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.kill('SIGKILL')));
      if (!options.postgres) await postgres.stop();
    },
  };
};

const started = async (child: ChildProcess, ready: RegExp) => {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      output += `${line}\n`;
      const found = ready.exec(line);
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`a node exited with ${code}: ${output}`)));
  });
  let ended = false;
  const node: NodeProcess = {
    child,
    output: () => output,
    ended: () => ended,
    kill: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      ended = true;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
  return { node, match };
};

const send = async (base: string, ...[method, path, body]: Parameters<ApiNode['send']>) => {
  const response = await fetch(`${base}${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
};

/** Asks until it holds: for what no event tells of. */
export const eventually = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** The process ids of those that a node started and that are there. */
export const childrenOf = ({ child }: NodeProcess): number[] => {
  try {
    return execFileSync('pgrep', ['-P', String(child.pid)])
      .toString()
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
};
