import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSettings } from '../../../dist/config/settings.js';
import { startServer } from '../../../dist/server.js';
import { crashAt } from '../../crash/entry/at.mjs';

/** `holdpoint serve`, with a clock that is set from outside, and that can be made to die at the crash points. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
});
const settings = readSettings(process.env, {
  config: values.config,
  port: values.port,
  dataDir: values.data,
});

/** The file `clock` in the data folder says by how many ms the clock is ahead. */
let ahead = 0;
let changed = -1;
const file = join(settings.dataDir, 'clock');
const look = () => {
  const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (mtimeMs === changed) return;
  changed = mtimeMs;
  ahead = mtimeMs === 0 ? 0 : Number(readFileSync(file, 'utf8'));
};
look();
setInterval(look, 20).unref();

const server = await startServer({
  settings,
  at: crashAt('api', settings.dataDir),
  clock: { now: () => Date.now() + ahead },
  workerEntry: fileURLToPath(new URL('../../crash/entry/worker.mjs', import.meta.url)),
});
process.stdout.write(`ready at ${server.url}\n`);
await once(process, 'SIGTERM');
await server.close();
