import { spawnSync } from 'node:child_process';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { watch } from 'chokidar';
import type { Settings } from '../config/settings.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { RunningServer } from '../server.ts';
import { command } from './kit/command.ts';
import { SETTING_OPTIONS, settingsOf } from './kit/server-settings.ts';
import type { Terminal } from './kit/terminal.ts';
import { STOPPING, untilSignal, welcome } from './serve.ts';

export const dev = command({
  name: 'dev',
  summary: 'Start the server and read the graphs anew whenever their code changes',
  about: `As serve, and watches the sources beside langgraph.json. After a change what runs is brought to the end of its step and
goes on with the new code; threads and questions stay. Code that cannot be loaded is shown with file and line, and the
code from before goes on being served. Another environment, or anything in langgraph.json but the graphs, needs a new start.`,
  args: [],
  options: SETTING_OPTIONS,
  examples: [
    { run: 'holdpoint dev', says: 'The graphs of ./langgraph.json, while you work on them' },
    { run: 'holdpoint dev --config my/langgraph.json --data .holdpoint/my', says: 'Another project' },
  ],
  run: ({ options, env, terminal }) => develop(settingsOf(options, env), { env, terminal }),
});

const develop = async (
  settings: Settings,
  { env, terminal }: { env: NodeJS.ProcessEnv; terminal: Terminal },
): Promise<number> => {
  const { startServer } = await import('../server.ts');
  const server = await startServer({ settings });
  const workspace = resolve(env['HOLDPOINT_WORKSPACE'] || 'workspace');
  const watching = await watchSources({
    root: dirname(settings.config),
    without: [settings.dataDir, workspace],
    onChange: createReloading(server, terminal),
  });
  terminal.print(welcome(server, settings));
  for (const { message } of Object.values(await server.brokenGraphs())) tellProblem(terminal, message);
  await untilSignal();
  await watching.close();
  terminal.print(STOPPING);
  await server.close();
  return 0;
};

const SOURCE = /\.([cm]?[jt]sx?|json)$/;
const NEVER = new Set(['node_modules', 'dist', 'coverage']);

interface Watching {
  root: string;
  /** Folders whose files are no sources: what agents write must not start anything anew. */
  without: string[];
  /** Gets absolute paths. */
  onChange: (path: string) => void;
}

/** Resolves when every change from now on is seen. */
const watchSources = async ({ root, without, onChange }: Watching) => {
  const inside = (folder: string, path: string): boolean => path === folder || path.startsWith(folder + sep);
  const named = (path: string): boolean => {
    const name = basename(path);
    return NEVER.has(name) || (name.startsWith('.') && path !== root);
  };
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      named(path) ||
      without.some((folder) => inside(folder, path)) ||
      (stats?.isFile() === true && !SOURCE.test(path)),
  });
  await new Promise<void>((ready) => watcher.once('ready', ready));
  watcher.on('all', (_event, path) => SOURCE.test(path) && onChange(path));
  return watcher;
};

/** Editors write several files in one go. */
const SETTLE_MS = 150;

/** One reload at a time; what changes meanwhile is read by the next. */
const createReloading = (server: RunningServer, terminal: Terminal) => {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  return (path: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(() => reload(server, { path, terminal }));
    }, SETTLE_MS);
  };
};

/** Node does not say where a plain JavaScript module has its syntax error: it is asked about the file that changed. */
const withPlace = (message: string, changed: string): string => {
  if (/:\d+/.test(message) || !/\.[cm]?js$/.test(changed)) return message;
  const { stderr } = spawnSync(process.execPath, ['--check', changed], { encoding: 'utf8' });
  const [place = ''] = stderr.split('\n');
  return place.startsWith(changed) ? `${message} (at ${place})` : message;
};

const tellProblem = (terminal: Terminal, message: string): void =>
  terminal.print(`${terminal.paint.red('✗')} ${message}\n`);

const reload = async (
  server: RunningServer,
  { path, terminal }: { path: string; terminal: Terminal },
): Promise<void> => {
  try {
    const { taken, failed } = await server.reload();
    for (const { message } of Object.values(failed)) tellProblem(terminal, withPlace(message, path));
    if (taken)
      terminal.print(
        `${terminal.paint.green('↻')} ${relative(process.cwd(), path)} changed: the graphs were read anew.\n`,
      );
    else terminal.print('  The code from before goes on being served.\n');
  } catch (error) {
    tellProblem(terminal, isHoldpointError(error) ? error.message : String(error));
    terminal.print('  The code from before goes on being served.\n');
  }
};
