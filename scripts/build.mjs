// Builds dist/: the server from src/, the console from console/. Each is left as it is when nothing it is made of has
// changed since: every run of the tests builds. "npm run check" is what checks the types.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.mjs';
import { buildServer } from './build-server.mjs';
import { bears, stampOf } from './built-from.mjs';

const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'];
const STAMP = 'dist/.built-from';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const stamp = stampOf(SOURCES);
let typed = Promise.resolve([0]);
if (!bears(STAMP, stamp)) {
  for (const name of existsSync('dist') ? readdirSync('dist') : []) {
    if (name !== 'console') rmSync(join('dist', name), { recursive: true, force: true });
  }
  const declarations = ['-p', 'tsconfig.json', '--noCheck', '--emitDeclarationOnly'];
  const types = spawn(process.execPath, ['node_modules/typescript/bin/tsc', ...declarations], {
    stdio: 'inherit',
  });
  typed = once(types, 'exit');
  await buildServer();
  chmodSync('dist/cli.js', 0o755);
}
await buildConsole();
const [code] = await typed;
if (code !== 0) process.exit(1);
writeFileSync(STAMP, stamp);
