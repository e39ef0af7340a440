import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a clone has after `npm ci`, as far as the README needs it. */
const IN_A_CLONE = ['dist', 'graphs', 'node_modules', 'langgraph.json', 'package.json'];

/** `npm ci` is what made this very folder, and `npm test` is what runs here. */
const WHAT_THIS_IS = ['npm ci && npm test'];

interface Block {
  section: string;
  language: string;
  text: string;
}

/** Every command and script of the README, in order. */
const blocks: Block[] = readFileSync(join(ROOT, 'README.md'), 'utf8')
  .split(/^## /m)
  .flatMap((part) =>
    [...part.matchAll(/^```(sh|js)\n([\s\S]*?)\n```$/gm)].map(([, language = '', text = '']) => ({
      section: part.split('\n', 1)[0] ?? '',
      language,
      text,
    })),
  );

/** A bash in which one block is run after the other, as somebody who reads along would. */
class Terminal {
  readonly #bash: ChildProcess;
  #output = '';
  #onOutput = (): void => {};

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], { cwd, env, detached: true });
    for (const stream of [this.#bash.stdout, this.#bash.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#onOutput();
      });
    }
    this.#bash.stdin?.write('set -eo pipefail\n');
  }

  /** Runs the commands and answers what they wrote. Rejects when one of them fails. */
  run(commands: string): Promise<string> {
    const begin = this.#output.length;
    const end = `end of block ${begin}`;
    return new Promise((resolve, reject) => {
      if (this.#bash.exitCode !== null) reject(new Error('the terminal is closed: a command before failed'));
      this.#onOutput = () => {
        const [written = '', rest] = this.#output.slice(begin).split(end);
        if (rest !== undefined) resolve(written);
      };
      this.#bash.once('exit', (code) =>
        reject(new Error(`exit ${code} after: ${this.#output.slice(begin)}`)),
      );
      this.#bash.stdin?.write(`{ ${commands}\n} < /dev/null\necho '${end}'\n`);
    });
  }

  /** Ends the shell and whatever it left running. */
  async close(): Promise<void> {
    await endGroup(this.#bash, 'SIGKILL');
  }
}

/** Ends a process and its children, as Ctrl C in its terminal would, also when only children are left. */
const endGroup = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  const ended = child.exitCode !== null || child.signalCode !== null;
  const exited = ended ? undefined : once(child, 'exit');
  try {
    process.kill(-(child.pid ?? NaN), signal);
  } catch {
    return; // nothing of it is left
  }
  await exited;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

describe('the README', () => {
  const clone = temporaryFolder();
  const executed = new Set<Block>();
  let port: number;
  let env: NodeJS.ProcessEnv;
  let terminal: Terminal;
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    for (const name of IN_A_CLONE) symlinkSync(join(ROOT, name), join(clone, name));
    port = await freePort();
    env = {
      ...process.env,
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '',
      SMTP_URL: '',
      HOLDPOINT_PORT: String(port),
    };
    terminal = new Terminal(clone, env);
  });

  afterAll(async () => {
    if (server) await endGroup(server, 'SIGKILL');
    await terminal.close();
  });

  /** The next block of the section that was not executed yet, in the words it has here. */
  const next = (section: string): string => {
    const block = blocks.find((candidate) => candidate.section === section && !executed.has(candidate));
    if (!block) throw new Error(`the section "${section}" has no further block`);
    executed.add(block);
    return block.text.replaceAll('127.0.0.1:2024', `127.0.0.1:${port}`);
  };

  const run = (section: string): Promise<string> => terminal.run(next(section));

  /** The terminal of the server: resolves with what it printed by the time it is ready. */
  const serve = async (section: string): Promise<string> => {
    const command = next(section).replace('npm ci && ', '');
    const child = spawn('bash', ['-c', command], { cwd: clone, env, detached: true });
    server = child;
    let printed = '';
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        printed += `${line}\n`;
        if (/^\s+Stop\s/.test(line)) resolve(printed);
      });
    });
  };

  const read = (file: string): string => readFileSync(join(clone, file), 'utf8');

  it('starts with one command, without a key, and says where, with what and how to go on', async () => {
    const printed = await serve('Start');

    expect(printed).toContain(`http://127.0.0.1:${port}`);
    expect(printed).toContain(join(clone, '.holdpoint'));
    expect(printed).toMatch(/rehearsal/);
    expect(printed).toMatch(/Try\s+curl /);
  });

  it('holds the calls by curl, shows their names and arguments, and runs them once approved', async () => {
    const section = 'The story, by curl';
    const held = await run(section);
    expect(held).toContain("'write_file'");
    expect(held).toContain("path: 'notes.md'");
    expect(held).toContain("'send_email'");
    expect(held).toContain("to: 'team@example.com'");
    expect(existsSync(join(clone, 'workspace/notes.md'))).toBe(false);
    expect(existsSync(join(clone, 'outbox'))).toBe(false);

    const done = await run(section);
    expect(done).toContain('# Release notes 1.2');
    expect(done).toMatch(/^To: team@example\.com\r?$/m);
    expect(read('workspace/notes.md')).toContain('# Release notes 1.2');
    expect(readdirSync(join(clone, 'outbox'))).toHaveLength(1);
  });

  it('does the same on the command line, where a person changes the mail before it is sent', async () => {
    const section = 'The same on the command line';
    const held = await run(section);
    expect(held).toContain('write_file (1 of 2) is held: it has not run.');
    expect(held).toMatch(/holdpoint approve [0-9a-f]{8}/);
    expect(readdirSync(join(clone, 'outbox'))).toHaveLength(1);

    const done = await run(section);
    expect(done).toContain('Done: the mail to team@example.com is in the outbox.');
    expect(done).toMatch(/user +tool .*"send_email"/);
    const mails = readdirSync(join(clone, 'outbox')).map((name) => read(join('outbox', name)));
    expect(mails.filter((mail) => mail.includes('Subject: What is new in 1.2'))).toHaveLength(1);
    expect(mails).toHaveLength(2);
  });

  it('does the same with the published SDK, as one script: exactly what was approved', async () => {
    const section = 'The same with the LangGraph SDK';
    const script = next(section);
    writeFileSync(join(clone, /^\/\/ (\S+)/.exec(script)?.[1] ?? ''), script);

    const printed = await run(section);

    expect(printed).toContain("updates [ 'model' ]");
    expect(printed).toContain("updates [ '__interrupt__' ]");
    expect(printed).toContain('waits for a decision: write_file');
    expect(printed).toContain('waits for a decision: send_email');
    expect(printed).toContain('Done: notes.md is written.\nI did not mail team@example.com.');
    expect(printed).toContain('write_file was let through by a person and is done');
    expect(printed).not.toContain('send_email was let through');
    expect(readdirSync(join(clone, 'outbox'))).toHaveLength(2);
  });

  it('goes on after kill -9 while a call is held', async () => {
    const section = 'Kill it';
    if (server) await endGroup(server, 'SIGINT');
    await run(section);
    expect(existsSync(join(clone, 'workspace/changes.md'))).toBe(false);

    await run(section);

    expect(await run(section)).toContain('# List of changes');
    expect(read('workspace/changes.md')).toContain('# List of changes');
  });

  it("serves a project's own graphs, in TypeScript and without a build step", async () => {
    const section = 'Your own graphs';
    await run(section);
    expect(await serve(section)).toMatch(/Graphs\s+hello/);

    expect(await run(section)).toContain('Hello, world!');
  });

  it('has no command and no script that was not executed here', () => {
    const left = blocks.filter((block) => !executed.has(block)).map(({ text }) => text);
    expect(left).toEqual(WHAT_THIS_IS);
  });
});
