// Builds dist/ from src/; "npm run check" is what checks the types. The console joins here when it exists.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noCheck'], {
  stdio: 'inherit',
});
chmodSync('dist/cli.js', 0o755);
