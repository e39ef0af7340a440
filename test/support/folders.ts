import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
process.once('SIGTERM', () => process.exit(143)); // which is how vitest ends it

/** A folder that is removed when the test process ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-'));
  folders.push(folder);
  return folder;
};
