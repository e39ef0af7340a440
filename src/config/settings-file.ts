import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { HoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import { fileKeyOf, isSecret, SETTING_NAMES, SETTINGS, type Settings } from './settings.ts';

/** What `holdpoint.json` says, as text like the environment would; paths are absolute. */
export interface SettingsFile {
  /** Undefined when there is none. */
  path: string | undefined;
  values: Partial<Record<keyof Settings, string>>;
}

const NAME = 'holdpoint.json';

/**
 * Reads the settings file: the one named, or `holdpoint.json` in the current folder if there is one. Relative
 * paths in it are relative to it.
 * @throws {HoldpointError} `invalid_request` when it is named and not there, is no JSON, or says what is no setting.
 */
export const readSettingsFile = (named: string | undefined): SettingsFile => {
  const path = resolve(named ?? NAME);
  if (!existsSync(path)) {
    if (named === undefined) return { path: undefined, values: {} };
    throw new HoldpointError('invalid_request', `There is no settings file ${path}.`);
  }
  const { $schema: _, ...given } = parse(path);
  const entries = Object.entries(given).map((entry) => readEntry(path, entry));
  return { path, values: Object.fromEntries(entries) as SettingsFile['values'] };
};

const readEntry = (path: string, [key, value]: [string, unknown]): [keyof Settings, string] => {
  const refuse = (problem: string): never => {
    throw new HoldpointError('invalid_request', `${path}: ${problem}`);
  };
  const known = SETTING_NAMES.filter((name) => !isSecret(name));
  const name = SETTING_NAMES.find((candidate) => fileKeyOf(candidate) === key);
  if (name === undefined)
    return refuse(`there is no setting "${key}". There are: ${known.map(fileKeyOf).join(', ')}.`);
  if (isSecret(name)) return refuse(`"${key}" is a secret: set ${SETTINGS[name].env} instead.`);
  const text = textOf(value);
  if (text === undefined) return refuse(`"${key}" must be text, a number, true, false or a list of texts.`);
  const isPath = 'path' in SETTINGS[name] && text !== ''; // an empty text says nothing
  return [name, isPath ? resolve(dirname(path), text) : text];
};

const parse = (path: string): Record<string, unknown> => {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isRecord(content)) return content;
  } catch (error) {
    throw new HoldpointError('invalid_request', `${path} cannot be read: ${String(error)}`, { cause: error });
  }
  throw new HoldpointError('invalid_request', `${path} must be a JSON object of settings.`);
};

const textOf = (value: unknown): string | undefined => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  const list = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return list ? value.join(',') : undefined;
};
