// Builds the console into dist/console, unless it is there and made of the same sources and libraries.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bears, filesIn, stampOf } from './built-from.mjs';

const SOURCES = 'console';
const OUT = 'dist/console';
/** Inside the folder it speaks of; no file that is served. */
const STAMP = join(OUT, '.built-from');

export const buildConsole = async () => {
  const stamp = stampOf([SOURCES, 'package-lock.json', 'scripts/build-console.mjs']);
  if (bears(STAMP, stamp)) return;
  rmSync(OUT, { recursive: true, force: true });
  const { build } = await import('vite');
  await build({ configFile: join(SOURCES, 'vite.config.ts'), logLevel: 'warn' });
  for (const path of filesIn(OUT)) {
    if (/\.(js|css|svg)$/.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
  writeFileSync(STAMP, stamp);
};
