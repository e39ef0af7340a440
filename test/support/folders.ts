import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
process.once('SIGTERM', () => process.exit(143)); // which is how vitest ends it

/** A folder that is removed when the test process ends. Only its owner may enter it, unless `mode` says otherwise. */
export const temporaryFolder = ({ mode = 0o700 } = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
};
