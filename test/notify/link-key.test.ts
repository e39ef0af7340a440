import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linkKey } from '../../src/composition/link-key.ts';
import { temporaryFolder } from '../support/folders.ts';

const of = (dataDir: string): Buffer => linkKey({ linkSecret: undefined, dataDir });

it('is made once in a data folder, for its user alone, and nothing beside it', () => {
  const dataDir = temporaryFolder();
  const key = of(dataDir);
  expect(key).toHaveLength(32);
  expect(of(dataDir)).toEqual(key);
  expect(of(temporaryFolder())).not.toEqual(key);
  expect(readdirSync(dataDir)).toEqual(['link.key']);
  expect(statSync(join(dataDir, 'link.key')).mode & 0o777).toBe(0o600);
});

it.each([0, 31])(
  'is refused when only %i bytes of it are there: anybody could sign with what is known',
  (bytes) => {
    const dataDir = temporaryFolder();
    of(dataDir);
    truncateSync(join(dataDir, 'link.key'), bytes);
    expect(() => of(dataDir)).toThrow(/link\.key is no key of 32 bytes/);
  },
);
