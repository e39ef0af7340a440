import { parseArgs } from 'node:util';
import { readSettings, SETTINGS, type Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import { isHoldpointError } from '../model/errors.ts';
import { serve } from './serve.ts';

const HELP = `Holdpoint ${version} — launch, hold, pause, approve, resume and stop LangGraph.js agents

Usage: holdpoint serve [options]

  serve              Start the API and its worker (the default)

Options
  --config FILE      The langgraph.json that names the graphs (default: ./langgraph.json)
  --port N           Port to listen on (default: 2024, or the next free one)
  --host ADDRESS     Address to listen on (default: 127.0.0.1)
  --data DIR         Folder of the databases (default: ./.holdpoint)
  --version          Print the version
  --help             Print this; "--help config" prints every setting with its default
`;

/** Runs the command line. Answers the exit code: 0 done, 1 failed, 2 wrong usage. */
export const runCli = async (args: string[]): Promise<number> => {
  try {
    const { values, positionals } = parse(args);
    const [command = 'serve', ...rest] = positionals;
    if (values.help) return print(command === 'config' ? settingsHelp() : HELP);
    if (values.version) return print(`${version}\n`);
    if (command !== 'serve' || rest.length > 0)
      return wrong(`Unknown command "${[command, ...rest].join(' ')}".`);
    return await serve(readSettings(process.env, given(values)));
  } catch (error) {
    if (isHoldpointError(error)) return fail(error.message, 1);
    if (isUsageError(error)) return wrong(error.message);
    throw error;
  }
};

const parse = (args: string[]) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
  });

type Values = ReturnType<typeof parse>['values'];

const given = ({ config, port, host, data }: Values): Partial<Record<keyof Settings, string>> => ({
  ...(config !== undefined && { config }),
  ...(port !== undefined && { port }),
  ...(host !== undefined && { host }),
  ...(data !== undefined && { dataDir: data }),
});

const settingsHelp = (): string => {
  const rows = Object.values(SETTINGS).map(({ env, schema, help }) => {
    const fallback = schema.parse(undefined) as unknown;
    return `  ${env}\n      ${help}\n      Default: ${Array.isArray(fallback) ? 'none' : String(fallback)}\n`;
  });
  return `Settings by environment variable; flags come before them.\n\n${rows.join('\n')}`;
};

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

const fail = (message: string, code: number): number => {
  process.stderr.write(`holdpoint: ${message}\n`);
  return code;
};

const wrong = (message: string): number => fail(`${message}\nTry "holdpoint --help".`, 2);

const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
