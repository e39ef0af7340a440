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
import { asUsage, type GivenOptions, type Options } from './command.ts';

/** What stands for the value in the help of the settings one gives by hand. */
const VALUES: Partial<Record<keyof Settings, string>> = {
  config: 'FILE',
  port: 'N',
  host: 'ADDRESS',
  dataDir: 'DIR',
  workers: 'N',
  concurrency: 'N',
};

/** Every setting but secrets is a flag of the commands that need settings; the help lists those one gives by hand. */
export const settingOptions = (byHand: (keyof Settings)[]): Options => ({
  ...Object.fromEntries(
    SETTING_NAMES.filter((name) => !isSecret(name)).map((name) => [
      flagNameOf(name),
      {
        value: VALUES[name] ?? 'VALUE',
        help: SETTINGS[name].help,
        text: true,
        ...(!byHand.includes(name) && { quiet: true }),
      },
    ]),
  ),
  settings: {
    value: 'FILE',
    help: 'The settings file (default: HOLDPOINT_SETTINGS, else ./holdpoint.json if it is there).',
  },
});

/** Those of what listens. */
export const SETTING_OPTIONS = settingOptions(['host', 'port', 'dataDir', 'config']);

/** Those of what works on the data folder. */
export const DATA_OPTIONS = settingOptions(['dataDir']);

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
  refuseWrong(flags);
  return { flags, env, file };
};

/** @throws {UsageError} for a flag whose value its setting does not take. */
const refuseWrong = (flags: SettingsFile['values']): void => {
  try {
    resolveSettings({ flags });
  } catch (error) {
    asUsage(error);
  }
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
    return `  ${variable}${flag}\n      ${help}\n      Default: ${shown(schema.parse(undefined) ?? [])}${now}\n`;
  });
  return `Each setting can be said by a flag, by its environment variable or in holdpoint.json, in this order. There the
name is that of the variable in small letters, without HOLDPOINT_: { "port": 2024, "lease_ms": 15000 }.
Settings file: ${file.path ?? 'none (holdpoint.json in this folder, --settings FILE or HOLDPOINT_SETTINGS)'}

${rows.join('\n')}`;
};
