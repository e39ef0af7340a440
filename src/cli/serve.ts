import { once } from 'node:events';
import type { Settings } from '../config/settings.ts';
import type { RunningServer } from '../server.ts';
import { placeOf } from '../storage/postgres/place.ts';
import { command } from './kit/command.ts';
import { SETTING_OPTIONS, settingsOf } from './kit/server-settings.ts';

export const serve = command({
  name: 'serve',
  summary: 'Start the server: the API and its workers',
  about: `Serves the graphs of langgraph.json until Ctrl C or SIGTERM, then brings what runs to the end of its step. What has
been accepted is on disk; the next start goes on with it. Every setting that is no secret has a flag: "holdpoint --help config".`,
  args: [],
  options: SETTING_OPTIONS,
  examples: [
    { run: 'holdpoint serve', says: 'The graphs of ./langgraph.json, on http://127.0.0.1:2024' },
    {
      run: 'holdpoint serve --config my/langgraph.json --data .holdpoint/my --port 0',
      says: 'Another project, its own data folder, any free port',
    },
  ],
  run: ({ options, env }) => serveUntilSignal(settingsOf(options, env)),
});

/** Serves until SIGINT or SIGTERM, then drains; a second signal ends at once. Answers the exit code. */
const serveUntilSignal = async (settings: Settings): Promise<number> => {
  const { startServer } = await import('../server.ts'); // takes a second: only who serves waits for it
  const { outliveOutput } = await import('../telemetry/logger.ts');
  outliveOutput();
  const server = await startServer({ settings });
  process.stdout.write(welcome(server, settings));
  await untilSignal();
  process.stdout.write(STOPPING);
  await server.close();
  return 0;
};

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process at once. */
export const untilSignal = async (): Promise<void> => {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
};

export const STOPPING =
  'Stopping: what runs is brought to the end of its step and continues at the next start.\n';

/** What the start says. */
export const welcome = (
  { url, graphs, model }: RunningServer,
  { dataDir, port, databaseUrl, redisUrl, role }: Settings,
): string => {
  const moved = port !== 0 && !url.endsWith(`:${port}`) ? `  (port ${port} was taken)` : '';
  return `
  Holdpoint is ready at ${url}${moved}

  Graphs   ${graphs.join(', ')}
  Data     ${databaseUrl === '' ? dataDir : `Postgres ${placeOf(databaseUrl)}${redisUrl === '' ? '' : `, and Redis ${redisAt(redisUrl)}`}`}${role === 'api' ? '\n  Workers  none here: start "holdpoint worker"' : ''}
  Model    ${model === 'rehearsal' ? REHEARSAL : modelIn(process.env)}

  Try      curl ${url}/info
  Docs     ${url}/docs
  Stop     Ctrl C

`;
};

/** Which model, and where, without the credentials of its address. */
const modelIn = ({ OPENAI_MODEL: name, OPENAI_BASE_URL: url }: NodeJS.ProcessEnv): string =>
  `${name || "each graph's own default (OPENAI_MODEL names one for all)"} at ${url ? addressOf(url) : 'OpenAI'}`;

const addressOf = (url: string): string => {
  const { protocol, host = '', pathname } = URL.canParse(url) ? new URL(url) : {};
  return host === '' ? 'what OPENAI_BASE_URL says' : `${protocol}//${host}${pathname}`;
};

/** Host, port and number of the database, without the password. */
const redisAt = (url: string): string => {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};

const REHEARSAL = 'rehearsal, scripted and offline. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one.';
