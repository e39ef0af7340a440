// Builds the console into dist/console, unless it is there and made of the same sources and libraries.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const SOURCES = 'console';
const OUT = 'dist/console';
/** Inside the folder it speaks of; no file that is served. */
const STAMP = join(OUT, '.built-from');

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .toSorted();

/** Of everything that can change what is built. */
const stampOf = () => {
  const hash = createHash('sha256');
  for (const path of [...filesIn(SOURCES), 'package-lock.json', 'scripts/build-console.mjs']) {
    hash.update(`${path}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
};

export const buildConsole = async () => {
  const stamp = stampOf();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  rmSync(OUT, { recursive: true, force: true });
  const { build } = await import('vite');
  await build({ configFile: join(SOURCES, 'vite.config.ts'), logLevel: 'warn' });
  for (const path of filesIn(OUT)) {
    if (/\.(js|css|svg)$/.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
  writeFileSync(STAMP, stamp);
};
