import { DEFAULT_URL, HoldpointClient } from '../../client/client.ts';
import { publishedAddress } from '../../config/server-address.ts';
import { readSettingsFile } from '../../config/settings-file.ts';
import { readSettings } from '../../config/settings.ts';
import type { GivenOptions, Options } from './command.ts';

/** The options of every command that talks to a server. */
export const CONNECTION = {
  url: {
    value: 'URL',
    help: `The server (default: HOLDPOINT_URL, else the one that runs on the data folder, else ${DEFAULT_URL})`,
  },
  data: { value: 'DIR', help: 'The data folder whose server is meant (default: as for serve)' },
  'api-key': {
    value: 'KEY',
    help: 'The API key (default: HOLDPOINT_API_KEY, which no list of processes shows)',
  },
  json: { help: 'Print one JSON value, for scripts' },
} as const satisfies Options;

interface Asked {
  options: GivenOptions<typeof CONNECTION>;
  env: NodeJS.ProcessEnv;
}

/** The client of the server that is meant. Nothing is sent yet. */
export const connect = ({ options, env }: Asked): HoldpointClient =>
  new HoldpointClient({
    url: options.url ?? (env['HOLDPOINT_URL'] || serverOf(options.data, env)),
    apiKey: options['api-key'] ?? env['HOLDPOINT_API_KEY'],
  });

const serverOf = (data: string | undefined, env: NodeJS.ProcessEnv): string | undefined => {
  const { values } = readSettingsFile(env['HOLDPOINT_SETTINGS'] || undefined);
  const { dataDir } = readSettings(env, data === undefined ? {} : { dataDir: data }, values);
  return publishedAddress(dataDir);
};
