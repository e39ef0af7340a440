import { parseArgs } from 'node:util';
import { UsageError, type Command } from './command.ts';

interface Parsed {
  args: string[];
  options: Record<string, string | true | string[] | undefined>;
  help: boolean;
}

/** Reads what follows the name of a command. Throws {UsageError} that says what is wrong. */
export const parse = (command: Command, argv: string[]): Parsed => {
  const { values, positionals } = read(command, argv);
  const { help, ...options } = values as Parsed['options'];
  if (help !== undefined) return { args: positionals, options, help: true };
  const required = command.args.filter(({ optional }) => !optional);
  const missing = required[positionals.length];
  if (missing) throw new UsageError(`"holdpoint ${command.name}" needs ${missing.name}: ${missing.help}`);
  const most = command.args.some(({ rest }) => rest) ? Infinity : command.args.length;
  if (positionals.length > most) {
    const extra = positionals.slice(most).join(' ');
    throw new UsageError(`"holdpoint ${command.name}" does not understand "${extra}". Put text in quotes.`);
  }
  refuseEmpty(command, positionals);
  return { args: positionals, options, help: false };
};

/** An id that is empty, as of a variable that is not set, would be the beginning of any. */
const refuseEmpty = ({ name, args }: Command, given: string[]): void => {
  const empty = args.find(({ text }, place) => !text && given[place] === '');
  if (empty) throw new UsageError(`"holdpoint ${name}" got an empty ${empty.name}: ${empty.help}`);
};

const read = ({ options }: Command, argv: string[]) => {
  const declared = Object.fromEntries(
    Object.entries(options).map(([name, { value, many = false }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: many },
    ]),
  );
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: { ...declared, help: { type: 'boolean' } },
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      throw new UsageError(error.message);
    throw error;
  }
};
