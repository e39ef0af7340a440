import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Client } from '@langchain/langgraph-sdk';
import { backendEnv } from './backend.ts';
import { temporaryFolder } from './folders.ts';

export { temporaryFolder } from './folders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The fixture graphs without those that speak to a model: what these import is a quarter of a start. */
export const LIGHT = join(ROOT, 'test/graphs/light.json');

export interface ServerUnderTest {
  url: string;
  client: Client;
  dataDir: string;
  process: ChildProcess;
  /** What it has written to standard output and standard error so far. */
  output: () => string;
  /** Ends it at once, as a power cut would. Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface StartOptions {
  dataDir?: string;
  /** A langgraph.json; the default is the one of the fixture graphs. */
  config?: string;
  env?: Record<string, string>;
  args?: string[];
  /** Another program than the CLI, with the same arguments. */
  entry?: string;
  /** A file that standard error goes to. */
  log?: number;
}

/** Starts a real server process from `dist/` on a free port and waits until it answers. */
export const startServerProcess = async (options: StartOptions = {}): Promise<ServerUnderTest> => {
  const {
    dataDir = temporaryFolder(),
    config = join(ROOT, 'test/graphs/langgraph.json'),
    env = {},
    args = [],
  } = options;
  const entry = options.entry ?? join(ROOT, 'dist/cli.js');
  const child: ChildProcess = spawn(
    process.execPath,
    [entry, 'serve', '--port', '0', '--data', dataDir, '--config', config, ...args],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        OPENAI_API_KEY: '',
        OPENAI_BASE_URL: '',
        HOLDPOINT_WORKSPACE: join(dataDir, 'workspace'),
        HOLDPOINT_OUTBOX: join(dataDir, 'outbox'),
        SMTP_URL: '',
        HOLDPOINT_SCHEMAS_AHEAD: 'no',
        HOLDPOINT_CALL_TIMEOUT_MS: '60000', // a worker may take that long to start where much else goes on
        ...(await backendEnv(dataDir)),
        ...env,
      },
      stdio: ['ignore', 'pipe', options.log ?? 'pipe'],
    },
  );
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      output += `${line}\n`;
      const match = /ready at (http:\S+)/.exec(line);
      if (match?.[1]) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the server exited with ${code}: ${output}`)));
  });
  return {
    url,
    client: new Client({ apiUrl: url, apiKey: null, callerOptions: { maxRetries: 0 } }),
    dataDir,
    process: child,
    output: () => output,
    kill: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
};
