import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSettings } from '../../../dist/config/settings.js';
import { startServer } from '../../../dist/server.js';
import { crashAt } from './at.mjs';

/** `holdpoint serve`, but for what happens at the crash points of the API and its workers. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
});
const settings = readSettings(process.env, {
  config: values.config,
  port: values.port,
  dataDir: values.data,
});
const server = await startServer({
  settings,
  at: crashAt('api', settings.dataDir),
  workerEntry: fileURLToPath(new URL('worker.mjs', import.meta.url)),
});
process.stdout.write(`ready at ${server.url}\n`);
await once(process, 'SIGTERM');
process.stdout.write('stopping\n');
await server.close();
