// Builds dist/: the server from src/, the console from console/. The console is left as it is when nothing it is made
// of has changed since: every run of the tests builds. "npm run check" is what checks the types.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build-console.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
for (const name of existsSync('dist') ? readdirSync('dist') : []) {
  if (name !== 'console') rmSync(join('dist', name), { recursive: true, force: true });
}
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noCheck'], {
  stdio: 'inherit',
});
chmodSync('dist/cli.js', 0o755);
await buildConsole();
