import { ServerRefusal, Session, type Check, type ResumeOptions } from '../client/index.ts';
import { command, EXIT, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow } from './kit/follow.ts';
import { jsonOf } from './kit/json.ts';
import { visible, type Terminal } from './kit/terminal.ts';

const OPTIONS = {
  context: { value: 'TEXT', help: 'More for the model to know, told after the results of the tools' },
  value: { value: 'JSON', help: 'Data for the graph' },
  'on-drift': {
    value: 'refuse|accept|migrate',
    help: 'When code or configuration changed since (default: refuse)',
  },
  from: { value: 'CHECKPOINT', help: 'Go on from this earlier checkpoint' },
  force: { help: 'Although a check failed; kept in the log' },
  detach: { help: 'Do not follow it' },
  ...CONNECTION,
} as const satisfies Options;

export const resume = command({
  name: 'resume',
  summary: 'Go on with a paused or stopped thread, and follow it',
  about: `Every check of the preflight must pass first: the checkpoint, the code, the configuration, the resources. When one fails
it is shown, nothing has changed, and the thread stays as it was.`,
  args: [{ name: 'thread', help: 'The id of the thread' }],
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
    const session = await Session.load(thread, connect({ options, env }));
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
