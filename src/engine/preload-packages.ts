import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceClosure } from './fingerprint.ts';
import { LENT } from './lent-packages.ts';

/** A statement that imports at run time: its module's name. */
const IMPORT =
  /^[^\S\n]*(?:import|export)\s+(?!\s|type\b)(?:[\w*${},\s]+?\sfrom\s*)?['"]([^.'"][^'"]*)['"]/gm;

/**
 * Imports what these modules import of the packages that we lend, where it is the same for them and for us. A package
 * that is imported after a loader was registered is asked of it file by file. Never throws: what cannot be imported
 * here says so when it is imported there.
 */
export const preloadPackages = async (files: readonly string[]): Promise<void> => {
  const names = new Set(files.flatMap(packagesOf));
  await Promise.all([...names].map((name) => import(name).catch(() => undefined)));
};

const packagesOf = (entry: string): string[] => {
  try {
    return [...sourceClosure(entry)].flatMap(([file, text]) =>
      [...text.matchAll(IMPORT)].flatMap(([, name = '']) =>
        LENT.test(name) && isOurs(name, file) ? [name] : [],
      ),
    );
  } catch {
    return [];
  }
};

/** Whether a file finds the package where we do, or not at all. */
const isOurs = (name: string, file: string): boolean => {
  const [scope = '', rest = ''] = name.split('/');
  const folder = name.startsWith('@') ? `${scope}/${rest}` : scope;
  const theirs = folderOf(folder, dirname(file));
  return theirs === undefined || theirs === folderOf(folder, OWN);
};

const OWN = dirname(fileURLToPath(import.meta.url));

/** Where a package is found from a folder. */
const folderOf = (name: string, from: string): string | undefined =>
  (createRequire(join(from, 'x.js')).resolve.paths(name) ?? [])
    .map((path) => join(path, name))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))[0];
