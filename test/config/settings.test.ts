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

it('a path that is empty in the file says nothing, as it does elsewhere', () => {
  const path = join(temporaryFolder(), 'holdpoint.json');
  writeFileSync(path, JSON.stringify({ data: '', config: 'my.json' }));
  const { values } = readSettingsFile(path);
  expect(values).toEqual({ dataDir: '', config: join(path, '../my.json') });
  expect(readSettings({}, {}, values).dataDir).toBe(readSettings({}).dataDir);
});
