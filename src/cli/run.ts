import { version } from '../config/version.ts';
import { ServerRefusal, ServerUnreachable, SessionError } from '../client/index.ts';
import { isHoldpointError } from '../model/errors.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, UsageError, type Command } from './kit/command.ts';
import { commandHelp, overview } from './kit/help.ts';
import { parse } from './kit/parse.ts';
import { SETTING_OPTIONS, settingsHelp } from './kit/server-settings.ts';
import { createTerminal, type Terminal } from './kit/terminal.ts';
import { worker } from './worker.ts';

/** Runs the command line. Answers the exit code: see `EXIT`. */
export const runCli = async (argv: string[]): Promise<number> => {
  const terminal = createTerminal(process.env);
  const [name, ...rest] = argv;
  try {
    if (name === '--version') return print(terminal, `${version}\n`);
    if (name === '--help' || name === 'help') return help(rest, terminal);
    return await runCommand(find(name), rest, terminal);
  } catch (error) {
    return explain(error, { terminal, json: rest.includes('--json') });
  }
};

const find = (name: string | undefined): Command => {
  const found = [...COMMANDS, worker].find((command) => command.name === name);
  if (found) return found;
  throw new UsageError(name === undefined ? 'Say what to do.' : `There is no command "${name}".`);
};

const runCommand = async (command: Command, argv: string[], terminal: Terminal): Promise<number> => {
  const { args, options, help: asked } = parse(command, argv);
  if (asked) return print(terminal, commandHelp(command));
  return command.run({ args, options, env: process.env, terminal });
};

const help = ([topic, ...rest]: string[], terminal: Terminal): number => {
  if (topic === undefined) return print(terminal, overview(COMMANDS, version));
  if (topic !== 'config') return print(terminal, commandHelp(find(topic)));
  const settings = { name: '--help config', summary: '', args: [], options: SETTING_OPTIONS, examples: [] };
  const { options } = parse({ ...settings, run: () => Promise.resolve(0) }, rest);
  return print(terminal, settingsHelp(options, process.env));
};

const print = (terminal: Terminal, text: string): number => {
  terminal.print(text);
  return EXIT.done;
};

/** Says what went wrong and what to do about it. Answers the exit code; what nobody foresaw goes on up. */
const explain = (error: unknown, { terminal, json }: { terminal: Terminal; json: boolean }): number => {
  if (error instanceof UsageError) {
    terminal.tell(`holdpoint: ${error.message}\nTry "holdpoint --help".\n`);
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
  if (error instanceof ServerUnreachable) {
    const hint = 'Start one with "holdpoint serve", or name another with --url or HOLDPOINT_URL.';
    return { code: 'unreachable', message: `${error.message} ${hint}` };
  }
  throw error;
};
