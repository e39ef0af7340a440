import { code, table } from './markdown.mjs';

/** Settings that have a flag of their own; flags come before the environment. */
const FLAGS = { host: '--host', port: '--port', dataDir: '--data', config: '--config' };

const shown = (fallback) => (Array.isArray(fallback) ? fallback.join(', ') || '–' : code(fallback));

export const settingsPage = async () => {
  const { SETTINGS } = await import('../../src/config/settings.ts');
  return `# Settings

Each setting is an environment variable; four have a flag, which comes first. They are read once, at the start, and a
value that is not accepted stops the start with a message that names the setting. \`node dist/cli.js --help config\`
prints this table. The default agent's own settings (\`OPENAI_API_KEY\`, the workspace, …) are in
[its README](../graphs/agent/README.md); those of your graphs come from the \`env\` of your \`langgraph.json\`.

${table(
  ['Variable', 'Flag', 'Default', 'Meaning'],
  Object.entries(SETTINGS).map(([name, { env, schema, help }]) => [
    code(env),
    FLAGS[name] ? code(FLAGS[name]) : '',
    shown(schema.parse(undefined)),
    help,
  ]),
)}

Names that end in \`_MS\` are milliseconds.
`;
};
