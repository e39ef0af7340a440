import { Session, type PauseOptions } from '../client/index.ts';
import { command, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow } from './kit/follow.ts';
import { jsonOf } from './kit/json.ts';

const OPTIONS = {
  reason: { value: 'TEXT', help: 'Why; needed, and kept in the log' },
  now: { help: 'Cut the step instead of waiting for its end; it runs again at resume' },
  timeout: { value: 'MS', help: 'How long the step may take to end (default: 120000)' },
  'on-timeout': { value: 'extend|force', help: 'Then: wait on (default), or cut the step' },
  'resume-when': {
    value: 'CONDITION',
    help: 'What resumes it by itself: text such as "event: redis_ready", or a condition as JSON',
  },
  detach: { help: 'Do not wait until it is paused' },
  ...CONNECTION,
} as const satisfies Options;

export const pause = command({
  name: 'pause',
  summary: 'Stop a thread at the end of its step, to go on later',
  about: `The step that runs is finished and its checkpoint is written and read back; only then is it paused. "Draining" is not
paused: the command waits until it is, unless --detach is given.`,
  args: [{ name: 'thread', help: 'The id of the thread' }],
  options: OPTIONS,
  examples: [
    {
      run: 'holdpoint pause 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --reason "deploying 1.2"',
      says: 'At the end of its step',
    },
    {
      run: 'holdpoint pause 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --reason "waiting for Redis" --resume-when "event: redis_ready"',
      says: 'Until an event',
    },
  ],
  run: async ({ args: [thread = ''], options, env, terminal }) => {
    const asked = pauseOptions(options);
    const session = await Session.load(thread, connect({ options, env }));
    const { state, pauseId, resumeUrl } = await session.pause(asked);
    const json = options.json === true;
    if (!json && resumeUrl !== undefined)
      terminal.print(`Resume it from outside, once and without a key: POST ${resumeUrl}\n`);
    if (!options.detach && state === 'draining') return follow({ session, terminal, json });
    if (json)
      terminal.json({ thread_id: session.id, pause_id: pauseId, state, resume_url: resumeUrl ?? null });
    else terminal.print(`Thread ${session.id} is ${state}. Go on: holdpoint resume ${session.id}\n`);
    return 0;
  },
});

const pauseOptions = (options: GivenOptions<typeof OPTIONS>): PauseOptions => {
  const { reason, timeout, 'on-timeout': onTimeout, 'resume-when': when } = options;
  if (reason === undefined) throw new UsageError('Say why: --reason TEXT.');
  if (onTimeout !== undefined && onTimeout !== 'extend' && onTimeout !== 'force')
    throw new UsageError(`--on-timeout must be extend or force, not "${onTimeout}".`);
  return {
    reason,
    mode: options.now ? 'now' : 'drain',
    drainTimeoutMs: timeout === undefined ? undefined : millisecondsOf(timeout),
    onTimeout,
    resumeWhen: when === undefined ? undefined : conditionOf(when),
  };
};

const millisecondsOf = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--timeout must be milliseconds, not "${text}".`);
};

const conditionOf = (text: string) =>
  text.trim().startsWith('{') ? (jsonOf('--resume-when', text) as Record<string, unknown>) : text;
