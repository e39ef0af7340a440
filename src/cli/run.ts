import { version } from '../config/version.ts';
import { ServerRefusal, ServerUnreachable, SessionError } from '../client/errors.ts';
import { isHoldpointError } from '../model/errors.ts';
import { EXIT, NotFound, UsageError, type Command } from './kit/command.ts';
import { commandHelp, overview } from './kit/help.ts';
import { parse } from './kit/parse.ts';
import { SETTING_OPTIONS, settingsHelp } from './kit/server-settings.ts';
import { createTerminal, type Terminal } from './kit/terminal.ts';

/** Runs the command line. Answers the exit code: see `EXIT`. */
export const runCli = async (argv: string[]): Promise<number> => {
  const terminal = createTerminal(process.env);
  const [name, ...rest] = argv;
  let helpOf = '';
  try {
    if (name === '--version') return print(terminal, `${version}\n`);
    if (name === '--help' || name === 'help') return await help(rest, terminal);
    const command = await find(name);
    helpOf = ` ${command.name}`;
    return await runCommand(command, rest, terminal);
  } catch (error) {
    return explain(error, { terminal, json: rest.includes('--json'), helpOf });
  }
};

/** What starts a process does not wait until everything else is loaded. */
const STARTS = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['worker', async () => (await import('./worker.ts')).worker],
]);

const find = async (name: string | undefined): Promise<Command> => {
  const start = STARTS.get(name ?? '');
  if (start) return start();
  const { COMMANDS } = await import('./commands.ts');
  const found = COMMANDS.find((command) => command.name === name);
  if (found) return found;
  throw new UsageError(name === undefined ? 'Say what to do.' : `There is no command "${name}".`);
};

const runCommand = async (command: Command, argv: string[], terminal: Terminal): Promise<number> => {
  const { args, options, help: asked } = parse(command, argv);
  if (asked) return print(terminal, commandHelp(command));
  return command.run({ args, options, env: process.env, terminal });
};

const help = async ([topic, ...rest]: string[], terminal: Terminal): Promise<number> => {
  if (topic === undefined)
    return print(terminal, overview((await import('./commands.ts')).COMMANDS, version));
  if (topic !== 'config') return print(terminal, commandHelp(await find(topic)));
  const settings = { name: '--help config', summary: '', args: [], options: SETTING_OPTIONS, examples: [] };
  const { options } = parse({ ...settings, run: () => Promise.resolve(0) }, rest);
  return print(terminal, settingsHelp(options, process.env));
};

const print = (terminal: Terminal, text: string): number => {
  terminal.print(text);
  return EXIT.done;
};

interface Explaining {
  terminal: Terminal;
  json: boolean;
  /** Whose help has more: a command after a space, or nothing. */
  helpOf: string;
}

/** Says what went wrong and what to do about it. Answers the exit code; what nobody foresaw goes on up. */
const explain = (error: unknown, { terminal, json, helpOf }: Explaining): number => {
  if (error instanceof UsageError) {
    if (json) terminal.json({ error: { code: 'wrong_usage', message: error.message } });
    else terminal.tell(`holdpoint: ${error.message}\nTry "holdpoint${helpOf} --help".\n`);
    return EXIT.usage;
  }
  const { code, message } = foreseen(error);
  if (json) terminal.json({ error: { code, message } });
  else terminal.tell(`holdpoint: ${message}\n`);
  return EXIT.failed;
};

const foreseen = (error: unknown): { code: string; message: string } => {
  if (error instanceof ServerRefusal && error.code === 'unauthenticated') {
    const hint = 'Give it in HOLDPOINT_API_KEY; "holdpoint keys create" makes one.';
    return { code: error.code, message: `${error.message} ${hint}` };
  }
  if (isHoldpointError(error) || error instanceof ServerRefusal) return error;
  if (error instanceof SessionError) return { code: 'not_possible', message: error.message };
  if (error instanceof NotFound) return { code: 'not_found', message: error.message };
  if (error instanceof ServerUnreachable) {
    const hint = 'Start one with "holdpoint serve", or name another with --url or HOLDPOINT_URL.';
    return { code: 'unreachable', message: `${error.message} ${hint}` };
  }
  throw error;
};
