import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettingsFile } from '../../src/config/settings-file.ts';
import { readSettings } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/server.ts';

describe('a setting that is a time', () => {
  it('is at most what a timer can wait for, with the grace that is added', () => {
    expect(readSettings({ HOLDPOINT_CALL_TIMEOUT_MS: '2147000000' }).callTimeoutMs).toBe(2_147_000_000);
    expect(() => readSettings({ HOLDPOINT_CALL_TIMEOUT_MS: '3000000000' })).toThrow(
      /^Setting HOLDPOINT_CALL_TIMEOUT_MS=3000000000: .*<=2147000000/,
    );
    expect(() => readSettings({}, { heartbeatMs: '3000000000' })).toThrow(/<=2147000000/);
  });

  it('for which something is kept may be longer, and still names a time', () => {
    expect(readSettings({ HOLDPOINT_EVENT_RETENTION_MS: '3000000000' }).eventRetentionMs).toBe(3e9);
    expect(() => readSettings({ HOLDPOINT_EVENT_RETENTION_MS: '9000000000000000' })).toThrow(/Too big/);
  });
});

describe('a setting that is an address', () => {
  it.each(['redis://:s3cret@h:99999', 'redis://:s3c/ret@h', 'http://h'])(
    'is refused by its name, and without what it says, when it is none: %s',
    (url) => {
      const read = () => readSettings({ HOLDPOINT_REDIS_URL: url, HOLDPOINT_DATABASE_URL: 'postgres://h/x' });
      expect(read).toThrow(/^Setting HOLDPOINT_REDIS_URL=…: expected a URL that begins with redis:/);
    },
  );
});

describe('a setting that could do nothing, or not what it says,', () => {
  const database = { HOLDPOINT_DATABASE_URL: 'postgres://h/x' };

  it.each([
    ['HOLDPOINT_PORT', ' '],
    ['HOLDPOINT_PORT', '0x50'],
    ['HOLDPOINT_PORT', '1e3'],
    ['HOLDPOINT_WORKERS', '1.5'],
    ['HOLDPOINT_RUN_TIMEOUT_MS', '99999999999999'],
    ['HOLDPOINT_API_URL', 'http://'],
    ['HOLDPOINT_SMTP_URL', 'smtp://'],
    ['HOLDPOINT_SMTP_URL', 'smtp://:25'],
    ['HOLDPOINT_MAIL_FROM', 'not a mail'],
    ['HOLDPOINT_PUBLIC_URL', 'https://agents.example/?a=b'],
    ['HOLDPOINT_REDIS_URL', 'redis://h'],
    ['HOLDPOINT_DATABASE_SESSION_URL', 'postgres://h/x'],
  ])('is refused by its name: %s=%j', (name, text) => {
    expect(() => readSettings({ [name]: text })).toThrow(new RegExp(`^Setting ${name}[=:]`));
  });

  it.each([
    ['HOLDPOINT_PORT', '0'],
    ['HOLDPOINT_RUN_TIMEOUT_MS', '0'],
    ['HOLDPOINT_API_URL', 'http://api:2024'],
    ['HOLDPOINT_SMTP_URL', 'smtps://anna:pa%40ss@mail.example:465'],
    ['HOLDPOINT_MAIL_FROM', 'Agents <agents@example.com>'],
    ['HOLDPOINT_MAIL_FROM', 'holdpoint@localhost'],
    ['HOLDPOINT_PUBLIC_URL', 'https://agents.example/under/'],
    ['HOLDPOINT_REDIS_URL', 'rediss://:pass@h:6379/1'],
    ['HOLDPOINT_DATABASE_SESSION_URL', 'postgres://h/x'],
  ])('is no such one: %s=%j', (name, text) => {
    expect(() => readSettings({ ...database, [name]: text })).not.toThrow();
  });
});

it('a path that is empty in the file says nothing, as it does elsewhere', () => {
  const path = join(temporaryFolder(), 'holdpoint.json');
  writeFileSync(path, JSON.stringify({ data: '', config: 'my.json' }));
  const { values } = readSettingsFile(path);
  expect(values).toEqual({ dataDir: '', config: join(path, '../my.json') });
  expect(readSettings({}, {}, values).dataDir).toBe(readSettings({}).dataDir);
});
