import { parseArgs } from 'node:util';
import { UsageError, type Command, type Taken } from './command.ts';

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
  for (const given of textsOf(command, { positionals, options })) refuseWrong(command, given);
  return { args: positionals, options, help: false };
};

interface GivenText {
  /** As whoever gives it calls it. */
  called: string;
  taken: Taken;
  given: string;
}

/** Each text that was given, with what it was given for. */
const textsOf = (
  { args, options }: Command,
  given: { positionals: string[]; options: Parsed['options'] },
): GivenText[] => [
  ...args.flatMap((taken, place) => {
    const text = given.positionals[place];
    return text === undefined ? [] : [{ called: taken.name, taken, given: text }];
  }),
  ...Object.entries(options).flatMap(([name, taken]) =>
    [given.options[name] ?? []]
      .flat()
      .flatMap((text) => (text === true ? [] : [{ called: `--${name}`, taken, given: text }])),
  ),
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A name that is empty, as of a variable that is not set, would be the beginning of any; so would a part of an id. */
const refuseWrong = ({ name }: Command, { called, taken, given }: GivenText): void => {
  if (given === '' && !taken.text)
    throw new UsageError(`"holdpoint ${name}" got an empty ${called}: ${taken.help}`);
  if (taken.uuid && !UUID.test(given))
    throw new UsageError(
      `${called} must be a whole id, such as 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10, not "${given}".`,
    );
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
      throw new UsageError(inWords(error.message));
    throw error;
  }
};

/** Node's own advice about text that begins with a dash is hard to read. */
const inWords = (message: string): string =>
  message.replace(
    /^(Unknown option '.+?')\. To specify .*$/s,
    '$1. Text that begins with a dash goes to the end, after "--".',
  );
