import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { builtExample } from '../support/built.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const pathOf = (file: string): string => `${ROOT}examples/${file}`;

const run = promisify(execFile);

/** Run as the reader is told to; the others are JavaScript already. */
const BY_TSX = 'client/approve.ts';

/** Runs a script of `examples/`; answers what it wrote. It fails when the script does. */
export const runScript = async (file: string, url: string): Promise<string> => {
  const node = file === BY_TSX ? ['--import', 'tsx', pathOf(file)] : [builtExample(file)];
  const [program, args] = file.endsWith('.py') ? ['python3', [pathOf(file)]] : [process.execPath, node];
  const env = { ...process.env, HOLDPOINT_URL: url };
  const { stdout } = await run(program, args, { cwd: ROOT, env, timeout: 60_000 });
  return stdout;
};

interface Cell {
  id: string;
  cell_type: 'code' | 'markdown';
  source: string[];
}

/** The code of each cell of a notebook, in order. */
export const cellsOf = (file: string): { id: string; code: string }[] => {
  const { cells } = JSON.parse(readFileSync(pathOf(file), 'utf8')) as { cells: Cell[] };
  return cells
    .filter(({ cell_type: type }) => type === 'code')
    .map(({ id, source }) => ({ id, code: source.join('') }));
};

/** Something that executes cells one after the other, each with what those before it made. */
export interface Kernel {
  /** Answers what the cell wrote. @throws what the cell threw. */
  execute(code: string): Promise<string>;
  close(): void;
}

const PYTHON_KERNEL = `
import io, json, sys, traceback, contextlib
names = {"__name__": "__main__"}
for line in sys.stdin:
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(json.loads(line), "<cell>", "exec"), names)
        answer = {"out": out.getvalue()}
    except BaseException:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`;

/**
 * A kernel for TypeScript as notebooks understand it: names of a cell are there in the next, \`await\` is allowed, and a
 * package is imported by \`npm:\`. Node's own REPL does it, once the types are gone.
 */
const TYPESCRIPT_KERNEL = `
import { createInterface } from 'node:readline';
import { start } from 'node:repl';
import { PassThrough } from 'node:stream';
import { transformSync } from 'esbuild';
const repl = start({ input: new PassThrough(), output: new PassThrough(), terminal: false, useGlobal: true });
const evaluate = (code) =>
  new Promise((resolve, reject) => repl.eval(code, repl.context, 'cell', (error, value) => (error ? reject(error) : resolve(value))));
const prepared = (code) =>
  transformSync(code, { loader: 'ts', tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } })
    .code.replace(/^import \\{([^}]*)\\} from ["']npm:((?:@[^/"']+\\/)?[^@"']+)[^"']*["'];?/gm, 'const {$1} = await import("$2");');
let out = '';
console.log = (...parts) => (out += parts.map(String).join(' ') + '\\n');
for await (const line of createInterface({ input: process.stdin })) {
  out = '';
  let answer;
  try {
    await evaluate(prepared(JSON.parse(line)));
    answer = { out };
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\\n');
}
process.exit(0);
`;

const KERNELS = {
  python: ['python3', ['-c', PYTHON_KERNEL]],
  typescript: [
    process.execPath,
    ['--experimental-repl-await', '--input-type=module', '-e', TYPESCRIPT_KERNEL],
  ],
} satisfies Record<string, [string, string[]]>;

export const startKernel = (language: keyof typeof KERNELS, url: string): Kernel => {
  const [program, args] = KERNELS[language];
  const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, HOLDPOINT_URL: url } });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let rest = '';
  const waiting: ((line: string) => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.(line);
  });
  return {
    execute: async (code) => {
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push(resolve);
        child.once('exit', () => reject(new Error(`the kernel ended: ${errors}`)));
        child.stdin.write(`${JSON.stringify(code)}\n`);
      });
      const { out, error } = JSON.parse(line) as { out?: string; error?: string };
      if (error !== undefined) throw new Error(error);
      return out ?? '';
    },
    close: () => child.stdin.end(),
  };
};
