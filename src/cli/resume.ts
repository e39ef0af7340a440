import {
  ServerRefusal,
  Session,
  type Check,
  type HoldpointClient,
  type ResumeOptions,
} from '../client/index.ts';
import { command, EXIT, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow } from './kit/follow.ts';
import { jsonObjectOf, jsonOf } from './kit/json.ts';
import type { ScopePause } from './kit/pause-scope.ts';
import { visible, type Terminal } from './kit/terminal.ts';

const OPTIONS = {
  context: {
    value: 'TEXT',
    help: 'More for the model to know, told after the results of the tools',
    text: true,
  },
  value: { value: 'JSON', help: 'Data for the graph' },
  'on-drift': {
    value: 'refuse|accept|migrate',
    help: 'When code or configuration changed since (default: refuse)',
  },
  from: { value: 'CHECKPOINT', help: 'Go on from this earlier checkpoint' },
  command: { value: 'JSON', help: 'A LangGraph command: {"update": …, "goto": …}' },
  'max-tokens': { value: 'N', help: 'What the run may spend from now on, where its budget was reached' },
  'max-cost': { value: 'N', help: 'The same, in the currency of its prices' },
  force: { help: 'Although a check failed; kept in the log' },
  detach: { help: 'Do not follow it' },
  ...CONNECTION,
} as const satisfies Options;

export const resume = command({
  name: 'resume',
  summary: 'Go on with a paused or stopped thread, and follow it',
  about: `Every check of the preflight must pass first: the checkpoint, the code, the configuration, the resources. When one fails
it is shown, nothing has changed, and the thread stays as it was. A pause of many ends by its own id: each thread it had paused goes on.`,
  args: [{ name: 'thread', help: 'The id of the thread, or of a pause of many', uuid: true }],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint resume 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10', says: 'Go on' },
    {
      run: 'holdpoint resume 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --context "The deployment is approved"',
      says: 'With something to know',
    },
  ],
  run: async ({ args: [thread = ''], options, env, terminal }) => {
    const asked = resumeOptions(options);
    const client = connect({ options, env });
    const scope = await endedScope(client, thread);
    if (scope) {
      if (options.json) terminal.json(scope);
      else terminal.print('Resumed: what was held back goes on, and each thread it had paused.\n');
      return EXIT.done;
    }
    const session = await Session.load(thread, client);
    const { runId, preflight } = await session.resume(asked).catch((error: unknown) => {
      if (!options.json && isPreflight(error))
        terminal.tell(checksText(error.details['checks'] as Check[], terminal.paint));
      throw error;
    });
    if (!options.detach) return follow({ session, terminal, json: options.json === true });
    if (options.json) terminal.json({ thread_id: session.id, run_id: runId, preflight });
    else terminal.print(`Resumed. Follow it: holdpoint follow ${session.id}\n`);
    return EXIT.done;
  },
});

/** Ends the pause of many that has this id; undefined when none has. */
const endedScope = async (client: HoldpointClient, id: string): Promise<ScopePause | undefined> => {
  const path = `/pauses/${encodeURIComponent(id)}`;
  const found = await client.control<ScopePause>(path).catch((error: unknown) => {
    if (error instanceof ServerRefusal && error.status < 500) return undefined;
    throw error;
  });
  return found && client.control<ScopePause>(`${path}/resume`, { method: 'POST' });
};

const numberOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`${option} must be a number, not "${text}".`);
};

const resumeOptions = (options: GivenOptions<typeof OPTIONS>): ResumeOptions => {
  const { context, value, 'on-drift': onDrift, from, force } = options;
  if (onDrift !== undefined && onDrift !== 'refuse' && onDrift !== 'accept' && onDrift !== 'migrate')
    throw new UsageError(`--on-drift must be refuse, accept or migrate, not "${onDrift}".`);
  return {
    additionalContext: context,
    data: value === undefined ? undefined : jsonOf('--value', value),
    onDrift,
    force,
    fromCheckpointId: from,
    command: options.command === undefined ? undefined : jsonObjectOf('--command', options.command),
    maxTokens: numberOf('--max-tokens', options['max-tokens']),
    maxCost: numberOf('--max-cost', options['max-cost']),
  };
};

const isPreflight = (error: unknown): error is ServerRefusal =>
  error instanceof ServerRefusal &&
  error.code === 'preflight_failed' &&
  Array.isArray(error.details['checks']);

const checksText = (checks: Check[], paint: Terminal['paint']): string =>
  checks
    .map(({ name, status, detail }) => {
      const mark = status === 'failed' ? paint.red('✗') : paint.green('✓');
      return `  ${mark} ${name}: ${status}${detail === null ? '' : `, ${visible(detail)}`}\n`;
    })
    .join('');
