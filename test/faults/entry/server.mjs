import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readSettings } from '../../../dist/config/settings.js';
import { startServer } from '../../../dist/server.js';
import { installFaults } from './faulty.mjs';

/** `holdpoint serve`, but for the faults that files in the data folder name. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
});
const settings = readSettings(process.env, {
  config: values.config,
  port: values.port,
  dataDir: values.data,
});
installFaults(settings.dataDir);
const server = await startServer({
  settings,
  workerEntry: fileURLToPath(new URL('worker.mjs', import.meta.url)),
});
process.stdout.write(`ready at ${server.url}\n`);
await once(process, 'SIGTERM');
await server.close();
