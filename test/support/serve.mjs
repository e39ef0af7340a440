import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { readSettings } from '../../dist/config/settings.js';
import { startServer } from '../../dist/server.js';

/** `holdpoint serve`, with the same arguments, but for what `parts` answers for its settings. */
export const serve = async (parts) => {
  const { values } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, port: { type: 'string' }, data: { type: 'string' } },
  });
  const { config, port, data: dataDir } = values;
  const settings = readSettings(process.env, { config, port, dataDir });
  const server = await startServer({ settings, ...parts(settings) });
  process.stdout.write(`ready at ${server.url}\n`);
  await once(process, 'SIGTERM');
  process.stdout.write('stopping\n');
  await server.close();
};
