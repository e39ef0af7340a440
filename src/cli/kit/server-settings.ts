import { readSettingsFile, type SettingsFile } from '../../config/settings-file.ts';
import {
  flagNameOf,
  isHidden,
  isSecret,
  readSettings,
  resolveSettings,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
} from '../../config/settings.ts';
import type { GivenOptions, Options } from './command.ts';

/** What stands for the value in the help of the settings one gives by hand. */
const VALUES: Partial<Record<keyof Settings, string>> = {
  config: 'FILE',
  port: 'N',
  host: 'ADDRESS',
  dataDir: 'DIR',
};

/** Every setting but secrets is a flag of the commands that start a server; the help lists those one gives by hand. */
export const SETTING_OPTIONS: Options = {
  ...Object.fromEntries(
    SETTING_NAMES.filter((name) => !isSecret(name)).map((name) => [
      flagNameOf(name),
      {
        value: VALUES[name] ?? 'VALUE',
        help: SETTINGS[name].help,
        ...(!(name in VALUES) && { quiet: true }),
      },
    ]),
  ),
  settings: {
    value: 'FILE',
    help: 'The settings file (default: HOLDPOINT_SETTINGS, else ./holdpoint.json if it is there).',
  },
};

type Given = GivenOptions<Options>;

const placesOf = (options: Given, env: NodeJS.ProcessEnv) => {
  const named = (options['settings'] as string | undefined) ?? env['HOLDPOINT_SETTINGS'];
  const file = readSettingsFile(named || undefined);
  const flags = Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const text = options[flagNameOf(name)] as string | undefined;
      return text === undefined ? [] : [[name, text]];
    }),
  ) as SettingsFile['values'];
  return { flags, env, file };
};

/** The settings by flag, environment and file, in this order. */
export const settingsOf = (options: Given, env: NodeJS.ProcessEnv): Settings => {
  const { flags, file } = placesOf(options, env);
  return readSettings(env, flags, file.values);
};

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value)) || 'none';

/** Every setting with its default, its value here and now, and where that comes from. */
export const settingsHelp = (options: Given, env: NodeJS.ProcessEnv): string => {
  const { flags, file } = placesOf(options, env);
  const resolved = resolveSettings({ flags, env, file: file.values });
  const from = { flag: 'a flag', environment: 'the environment', file: file.path ?? '', default: '' };
  const rows = SETTING_NAMES.map((name) => {
    const { env: variable, schema, help } = SETTINGS[name];
    const { value, source } = resolved[name];
    const now =
      source === 'default'
        ? ''
        : `\n      Now:     ${isHidden(name) ? '…' : shown(value)}, from ${from[source]}`;
    const flag = isSecret(name) ? '' : `  --${flagNameOf(name)}`;
    return `  ${variable}${flag}\n      ${help}\n      Default: ${shown(schema.parse(undefined))}${now}\n`;
  });
  return `Each setting can be said by a flag, by its environment variable or in holdpoint.json, in this order. There the
name is that of the variable in small letters, without HOLDPOINT_: { "port": 2024, "lease_ms": 15000 }.
Settings file: ${file.path ?? 'none (holdpoint.json in this folder, --settings FILE or HOLDPOINT_SETTINGS)'}

${rows.join('\n')}`;
};
