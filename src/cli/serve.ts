import { once } from 'node:events';
import type { Settings } from '../config/settings.ts';
import { startServer, type RunningServer } from '../server.ts';

/** Serves until SIGINT or SIGTERM, then drains; a second signal ends at once. Answers the exit code. */
export const serve = async (settings: Settings): Promise<number> => {
  const server = await startServer({ settings });
  process.stdout.write(welcome(server, settings));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.stdout.write(
    'Stopping: what runs is brought to the end of its step and continues at the next start.\n',
  );
  await server.close();
  return 0;
};

const welcome = ({ url, graphs, model }: RunningServer, { dataDir, port }: Settings): string => {
  const moved = port !== 0 && !url.endsWith(`:${port}`) ? `  (port ${port} was taken)` : '';
  return `
  Holdpoint is ready at ${url}${moved}

  Graphs   ${graphs.join(', ')}
  Data     ${dataDir}
  Model    ${model === 'rehearsal' ? REHEARSAL : `${process.env['OPENAI_MODEL'] ?? "the graph's default"} at ${process.env['OPENAI_BASE_URL'] ?? 'OpenAI'}`}

  Try      curl ${url}/info
  Docs     ${url}/docs
  Stop     Ctrl C

`;
};

const REHEARSAL = 'rehearsal, scripted and offline. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one.';
