import { code, table } from './markdown.mjs';

const fence = (text) => `\`\`\`sh\n${text}\n\`\`\``;

const section = ({ name, summary, about, args, options, examples }, { usageOf, flagOf }) => {
  const rows = [
    ...args.map((arg) => [code(`<${arg.name}>`), arg.optional ? `${arg.help} (optional)` : arg.help]),
    ...Object.entries(options)
      .filter(([, { quiet }]) => !quiet)
      .map(([option, { value, help }]) => [code(flagOf(option, value)), help]),
  ];
  return [
    `## holdpoint ${name}`,
    `${summary}.`,
    code(usageOf({ name, args, options })),
    ...(about === undefined ? [] : [about.trim()]),
    ...(rows.length > 0 ? [table(['', ''], rows)] : []),
    fence(examples.map(({ run, says }) => `# ${says}\n${run}`).join('\n')),
  ].join('\n\n');
};

export const cliPage = async () => {
  const { COMMANDS } = await import('../../src/cli/commands.ts');
  const help = await import('../../src/cli/kit/help.ts');
  return `# The command line

The same text as \`holdpoint <command> --help\`. In a clone, \`npx holdpoint\` is this command; \`node dist/cli.js\` too.

Commands that ask a server find it by \`--url\`, then \`HOLDPOINT_URL\`, then the address that a running server leaves in the data
folder, then \`http://127.0.0.1:2024\`. A key for a server that wants one is in \`HOLDPOINT_API_KEY\`.

Results go to standard output, what went wrong to standard error. With \`--json\` the result is one JSON value, and so is an
error: \`{"error": {"code", "message"}}\`. Colours are left out in a pipe and where \`NO_COLOR\` is set. Text of models and
tools is shown with control characters spelled out, so that nothing on the screen can hide what is decided about.

${table(
  ['Exit code', 'Means'],
  [
    ['0', 'Done; or held or paused, which is where a run may be'],
    ['1', 'Failed: the server refused, did not answer or has no such thing, or the run ended in an error'],
    ['2', 'Wrong usage, or the beginning of an id that fits several; nothing has changed'],
    ['130', 'You left with Ctrl C; what runs goes on'],
  ],
)}

${COMMANDS.map((command) => section(command, help)).join('\n\n')}
`;
};
