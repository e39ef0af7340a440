import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';

const KEPT = 'HOLDPOINT_TEST_SCHEMAS';

/** Before the first browser test: a place for the schemas of all their servers. */
export const setup = (): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-test-schemas-'));
  process.env[KEPT] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
};

/** A data folder whose server need not read the types of a graph that another test's server has read. */
export const folderWithSchemas = (folder = temporaryFolder()): string => {
  symlinkSync(process.env[KEPT] ?? '', join(folder, 'schemas'));
  return folder;
};
