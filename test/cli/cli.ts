import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a command wrote, and its exit code. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
  /** Standard output as JSON. */
  json: () => unknown;
}

export interface RunningCommand {
  child: ChildProcess;
  /** Resolves when standard output has this, after what was waited for before. */
  says(text: string): Promise<void>;
  /** All of it so far. */
  said(): string;
  ended: Promise<Ended>;
}

export interface CommandOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** Starts the real command line from `dist/`, with nothing of this environment that would change what it does. */
export const start = (args: string[], { env = {}, cwd = ROOT }: CommandOptions = {}): RunningCommand => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HOLDPOINT_|OPENAI_|FORCE_COLOR)/.test(name),
  );
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), HOLDPOINT_SCHEMAS_AHEAD: 'no', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.setMaxListeners(0);
  let [out, err] = ['', ''];
  let heard = 0;
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err, json: () => JSON.parse(out) as unknown }));
  });
  return {
    child,
    ended,
    said: () => out,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const at = out.indexOf(text, heard);
          if (at < 0) return;
          heard = at + text.length;
          child.stdout.off('data', look);
          resolve();
        };
        child.stdout.on('data', look);
        look();
        child.once('close', () => reject(new Error(`it ended without saying "${text}": ${out}${err}`)));
      }),
  };
};

/** Runs the command to its end. */
export const run = (args: string[], options?: CommandOptions): Promise<Ended> => start(args, options).ended;
