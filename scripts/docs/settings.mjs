import { code, table } from './markdown.mjs';

const shown = (fallback) =>
  (Array.isArray(fallback)
    ? fallback.join(', ')
    : fallback === '' || fallback === undefined
      ? ''
      : code(fallback)) || '–';

export const settingsPage = async () => {
  const { SETTINGS, SETTING_NAMES, fileKeyOf, flagNameOf, isSecret } =
    await import('../../src/config/settings.ts');
  return `# Settings

Each setting can be said in three places; the first that says it wins:

1. a flag of \`holdpoint serve\` and \`holdpoint dev\`,
2. its environment variable,
3. \`holdpoint.json\` in the current folder, or the file that \`--settings\` or \`HOLDPOINT_SETTINGS\` names. Relative paths in it
   are relative to it. [Why a file of its own](decisions/0006-settings-have-their-own-file.md).

\`\`\`json
{ "port": 2024, "data": ".holdpoint", "drain_timeout_ms": 30000, "origins": ["https://agentchat.vercel.app"] }
\`\`\`

They are read once, at the start. A value that is not accepted, or a name in the file that is no setting, stops the start with
a message that says which. \`holdpoint --help config\` prints this table with the values as they are here and now, and where each
comes from. Secrets are said by the environment only. The default agent's own settings (\`OPENAI_API_KEY\`, the workspace, …) are in
[its README](../graphs/agent/README.md); those of your graphs come from the \`env\` of your \`langgraph.json\`.

${table(
  ['Variable', 'Flag', 'In the file', 'Default', 'Meaning'],
  SETTING_NAMES.map((name) => {
    const { env, schema, help } = SETTINGS[name];
    const elsewhere = isSecret(name) ? ['', ''] : [code(`--${flagNameOf(name)}`), code(fileKeyOf(name))];
    return [code(env), ...elsewhere, shown(schema.parse(undefined)), help];
  }),
)}

Names that end in \`_MS\` are milliseconds: at most 2,147,000,000 (24 days) for which something waits, and a hundred years for which
something is kept.
`;
};
