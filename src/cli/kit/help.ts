import type { Command } from './command.ts';

const LEFT = 26;

/** Two columns; the right one starts on a line of its own where the left one is too wide. */
const row = (left: string, right: string): string =>
  left.length < LEFT - 2 ? `  ${left.padEnd(LEFT)}${right}\n` : `  ${left}\n  ${' '.repeat(LEFT)}${right}\n`;

const section = (title: string, body: string): string => (body === '' ? '' : `\n${title}\n${body}`);

/** `<needed>` and `[optional]`, as on the first line of the help. */
export const usageOf = ({ name, args, options }: Command): string => {
  const shown = args.map(({ name: arg, optional, rest }) => {
    const word = rest ? `${arg}…` : arg;
    return optional ? `[${word}]` : `<${word}>`;
  });
  return ['holdpoint', name, ...shown, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ');
};

/** An option with what stands for its value. */
export const flagOf = (name: string, value: string | undefined): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

/** Everything about one command. */
export const commandHelp = (command: Command): string => {
  const { summary, about, args, options, examples } = command;
  return [
    `${summary}\n\nUsage: ${usageOf(command)}\n`,
    about === undefined ? '' : `\n${about.trim()}\n`,
    section('What it takes', args.map(({ name, help }) => row(name, help)).join('')),
    section(
      'Options',
      Object.entries(options)
        .filter(([, { quiet }]) => !quiet)
        .map(([name, { value, help }]) => row(flagOf(name, value), help))
        .join(''),
    ),
    section('Examples', examples.map(({ run, says }) => `  # ${says}\n  ${run}\n`).join('')),
  ].join('');
};

/** Every command in one line each. */
export const overview = (
  commands: readonly Command[],
  version: string,
): string => `Holdpoint ${version} — launch, hold, pause, approve, resume and stop LangGraph.js agents

Usage: holdpoint <command> [options]

${commands.map(({ name, summary }) => row(name, summary)).join('')}
Help
${row('holdpoint <command> --help', 'Everything about a command, with examples')}${row('holdpoint --help config', 'Every setting, its default, its value and where that comes from')}${row('holdpoint --version', 'The version')}
Exit codes: 0 done · 1 failed · 2 wrong usage · 130 left with Ctrl C (what runs goes on)
`;
