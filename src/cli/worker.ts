import type { Settings } from '../config/settings.ts';
import { command, UsageError } from './kit/command.ts';
import { settingOptions, settingsOf } from './kit/server-settings.ts';
import { STOPPING, untilSignal } from './serve.ts';

export const worker = command({
  name: 'worker',
  summary: 'Start workers alone, on any machine, for an API on Postgres',
  about: `Executes runs until Ctrl C or SIGTERM, then brings what runs to the end of its step and hands it to the other workers.
Needs HOLDPOINT_DATABASE_URL and the same langgraph.json as the API, which is started with "holdpoint serve --role api".
Graphs that call the server, as the supervisor does, also need HOLDPOINT_API_URL: where this machine reaches the API.
Waits for the database to be migrated. Opens no port, and keeps nothing on this machine.`,
  args: [],
  options: settingOptions(['config', 'workers', 'concurrency']),
  examples: [
    { run: 'holdpoint worker --concurrency 10', says: 'One worker process, ten runs at once' },
    { run: 'holdpoint worker --workers 4 --concurrency 20', says: 'Four of them, on a larger machine' },
  ],
  run: ({ options, env }) => {
    const settings = settingsOf(options, env);
    if (settings.databaseUrl === '')
      throw new UsageError(
        'Workers alone need a database that the API uses too: set HOLDPOINT_DATABASE_URL. A data folder belongs to one server; for more workers of it: holdpoint serve --workers 4',
      );
    return workUntilSignal(settings);
  },
});

const NO_API =
  '\n  API      unknown: calls of the server by graphs fail. Set HOLDPOINT_API_URL where there are any (the supervisor)';

const workUntilSignal = async (settings: Settings): Promise<number> => {
  const { startWorkerNode } = await import('../worker-node.ts');
  const { outliveOutput } = await import('../telemetry/logger.ts');
  outliveOutput();
  const node = await startWorkerNode({ settings });
  const stopped = untilSignal();
  await Promise.race([node.ready, stopped]);
  process.stdout.write(`
  Holdpoint workers are ready: ${settings.workers} with ${settings.concurrency} runs at once

  Graphs   ${node.graphs.join(', ')}${settings.apiUrl === '' ? NO_API : ''}
  Stop     Ctrl C

`);
  await stopped;
  process.stdout.write(STOPPING);
  await node.close();
  return 0;
};
