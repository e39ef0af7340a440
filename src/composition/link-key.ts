import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { HoldpointError } from '../model/errors.ts';
import { LINK_KEY, makeDataFolder } from '../storage/embedded/data-folder.ts';

const KEY_BYTES = 32;

/**
 * What links are signed with: what is set, or a key of this data folder, made at the first start.
 * @throws {HoldpointError} `storage_unavailable` where it cannot be made, or is no whole key.
 */
export const linkKey = ({ linkSecret, dataDir }: Pick<Settings, 'linkSecret' | 'dataDir'>): Buffer => {
  if (linkSecret !== undefined) return createHash('sha256').update(linkSecret).digest();
  const file = join(dataDir, LINK_KEY);
  makeDataFolder(dataDir); // with Postgres nobody else has made it
  if (!existsSync(file)) makeKey(file);
  const key = readFileSync(file);
  if (key.length === KEY_BYTES) return key;
  throw new HoldpointError(
    'storage_unavailable',
    `${file} is no key of ${KEY_BYTES} bytes: put back that of a backup, or remove it; then no link sent before leads anywhere.`,
  );
};

/** The key is there as a whole or not at all; of several servers that make one at once all have that of the first. */
const makeKey = (file: string): void => {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600, flush: true });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new HoldpointError(
      'storage_unavailable',
      `${file} cannot be made: ${(error as Error).message}. Without it HOLDPOINT_LINK_SECRET must be set.`,
      { cause: error },
    );
  } finally {
    rmSync(draft, { force: true });
  }
};
