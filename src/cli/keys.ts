import { isInForce, SCOPES, type ApiKey } from '../model/api-key.ts';
import { asUsage, command, UsageError, type GivenOptions } from './kit/command.ts';
import { DATA_OPTIONS, settingsOf } from './kit/server-settings.ts';
import { table, type Terminal } from './kit/terminal.ts';
import type { ApiKeys } from '../resources/api-keys.ts';

const OPTIONS = {
  scope: { value: 'SCOPES', many: true, help: `What it may do: ${SCOPES.join(', ')} (which is everything)` },
  days: { value: 'N', help: 'create: how long it is good for (default: until it is revoked)' },
  json: { help: 'Print one JSON value, for scripts' },
  ...DATA_OPTIONS,
} as const;

export const keys = command({
  name: 'keys',
  summary: 'Create, list and revoke the API keys of this server',
  about: `create prints the key, once: only its hash is kept. As soon as there is one, every caller needs one, and that stays so when
all are revoked. Works on the data folder, also while its server runs, which sees it within a second. Clients send a key as
x-api-key or as Authorization: Bearer; the commands take it from HOLDPOINT_API_KEY.`,
  args: [
    { name: 'action', help: 'create, list or revoke' },
    { name: 'key', help: 'create: its name, for the log. revoke: its name or id', optional: true },
  ],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint keys create anna --scope read,decide', says: 'Somebody who answers questions' },
    { run: 'holdpoint keys create ci --scope run --days 90', says: 'Something that starts runs' },
    { run: 'holdpoint keys list', says: 'Which there are, and when each was last used' },
    { run: 'holdpoint keys revoke ci', says: 'It opens nothing any more; open streams end within seconds' },
  ],
  run: async ({ args: [name = '', key], options, env, terminal }) => {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) throw new UsageError(`"holdpoint keys" does create, list and revoke, not "${name}".`);
    const { withApiKeys } = await import('../composition/keys.ts');
    await withApiKeys(settingsOf(options, env), (made) => action(made, { key, options, terminal }));
    return 0;
  },
});

interface Asked {
  key: string | undefined;
  options: GivenOptions<typeof OPTIONS>;
  terminal: Terminal;
}

type Action = (keys: ApiKeys, asked: Asked) => Promise<void>;

const DAY_MS = 86_400_000;

const create: Action = async (keys, { key: name, options, terminal }) => {
  if (name === undefined) throw new UsageError('Give the key a name: holdpoint keys create NAME --scope …');
  const scopes = (options.scope ?? []).flatMap((text) => text.split(',')).map((scope) => scope.trim());
  const days = options.days as string | undefined;
  if (days !== undefined && !/^[1-9]\d{0,4}$/.test(days))
    throw new UsageError(`--days is a whole number from 1, not "${days}".`);
  const lifetimeMs = days === undefined ? undefined : Number(days) * DAY_MS;
  const { key, token } = await keys.create({ name, scopes, lifetimeMs }).catch(asUsage);
  if (options.json) return terminal.json({ ...keyJson(key), key: token });
  terminal.tell(`This is the key "${name}". It is shown this once.\n`);
  terminal.print(`${token}\n`);
};

const list: Action = async (keys, { options, terminal }) => {
  const found = await keys.list();
  if (options.json) return terminal.json(found.map(keyJson));
  if (found.length === 0) return terminal.print('There are no API keys: nobody is asked for one.\n');
  const rows = found.map((key) => [key.keyId, key.name, key.scopes.join(','), stateOf(key), used(key)]);
  terminal.print(table(['ID', 'NAME', 'SCOPES', 'STATE', 'LAST USED'], rows));
};

const revoke: Action = async (keys, { key, options, terminal }) => {
  if (key === undefined) throw new UsageError('Say which: holdpoint keys revoke NAME');
  const revoked = await keys.revoke(key);
  if (options.json) terminal.json(keyJson(revoked));
  else terminal.print(`Revoked "${revoked.name}" (${revoked.keyId}).\n`);
};

const ACTIONS: Record<string, Action | undefined> = { create, list, revoke };

const stateOf = (key: ApiKey): string => {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (!isInForce(key, new Date().toISOString())) return `expired ${String(key.expiresAt)}`;
  return key.expiresAt === null ? 'in force' : `until ${key.expiresAt}`;
};

const used = ({ lastUsedAt }: ApiKey): string => lastUsedAt ?? 'never';

const keyJson = (key: ApiKey) => ({
  key_id: key.keyId,
  name: key.name,
  scopes: key.scopes,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  last_used_at: key.lastUsedAt,
  revoked_at: key.revokedAt,
});
