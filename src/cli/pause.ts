import { Session, type PauseOptions } from '../client/index.ts';
import { command, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow } from './kit/follow.ts';
import { jsonOf } from './kit/json.ts';
import { millisecondsOf } from './kit/milliseconds.ts';
import { pauseScope, sayResumeUrl } from './kit/pause-scope.ts';
import { SCOPE, scopeOf } from './kit/scope.ts';
import { visible, type Terminal } from './kit/terminal.ts';

const OPTIONS = {
  reason: { value: 'TEXT', help: 'Why; needed, and kept in the log' },
  now: { help: 'Cut the step instead of waiting for its end; it runs again at resume' },
  timeout: { value: 'MS', help: 'How long the step may take to end (default: 120000)' },
  'on-timeout': { value: 'extend|force', help: 'Then: wait on (default), or cut the step' },
  'resume-when': {
    value: 'CONDITION',
    help: 'What resumes it by itself: text such as "event: redis_ready", or a condition as JSON',
  },
  'resume-behavior': {
    value: 'continue|restart_step|await_instructions',
    help: 'How it goes on then (default: continue)',
  },
  release: {
    value: 'idle|shutdown',
    help: 'Whether a worker that holds nothing else may end (default: idle)',
  },
  all: SCOPE.all,
  assistant: SCOPE.assistant,
  graph: { value: 'ID', help: 'One graph' },
  'new-runs': {
    value: 'queue|reject',
    help: 'With --all, --assistant or --graph: new runs wait (default), or are refused',
  },
  detach: { help: 'Do not wait until it is paused' },
  ...CONNECTION,
} as const satisfies Options;

export const pause = command({
  name: 'pause',
  summary: 'Stop a thread, an assistant or everything at the end of its step, to go on later',
  about: `The step that runs is finished and its checkpoint is written and read back; only then is it paused. "Draining" is not
paused: the command waits until it is, unless --detach is given. With --all, --assistant or --graph everything there is paused, and what comes is
held back, until "holdpoint resume" with the id of that pause. A thread that is draining or paused already keeps that pause as it is, and its terms.`,
  args: [
    {
      name: 'thread',
      help: 'The id of the thread; not with --all, --assistant or --graph',
      optional: true,
      uuid: true,
    },
  ],
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
    { run: 'holdpoint pause --all --reason "database maintenance"', says: 'Everything' },
  ],
  run: async ({ args: [thread], options, env, terminal }) => {
    const asked = pauseOptions(options);
    const client = connect({ options, env });
    const json = options.json === true;
    const scope = await scopeOf(client, options);
    if ((thread === undefined) === (scope === undefined))
      throw new UsageError('Say what to pause: a thread, or one of --all, --assistant and --graph.');
    if (scope) {
      const { 'new-runs': newRuns } = options;
      return pauseScope({ client, scope, asked, newRuns, detach: options.detach === true, json, terminal });
    }
    const session = await Session.load(thread ?? '', client);
    return pauseThread({ session, asked, detach: options.detach === true, json, terminal });
  },
});

interface Pausing {
  session: Session;
  asked: PauseOptions;
  detach: boolean;
  json: boolean;
  terminal: Terminal;
}

/** Pauses one thread and says which pause it is now in. Answers the exit code. */
const pauseThread = async ({ session, asked, detach, json, terminal }: Pausing): Promise<number> => {
  const { id } = session;
  const { state, pauseId, reason, resumeUrl } = await session.pause(asked);
  if (resumeUrl === undefined)
    terminal.tell(
      `It was ${state} already: "${visible(reason)}". That pause stays as it is, and its terms.\n`,
    );
  else if (!json) terminal.print(sayResumeUrl(resumeUrl));
  if (!detach && state === 'draining') return follow({ session, terminal, json });
  if (json) terminal.json({ thread_id: id, pause_id: pauseId, state, reason, resume_url: resumeUrl ?? null });
  else terminal.print(`Thread ${id} is ${state}. Go on: holdpoint resume ${id}\n`);
  return 0;
};

const pauseOptions = (options: GivenOptions<typeof OPTIONS>): PauseOptions => {
  const { reason, timeout, 'on-timeout': onTimeout, 'resume-when': when } = options;
  if (reason === undefined) throw new UsageError('Say why: --reason TEXT.');
  return {
    reason,
    mode: options.now ? 'now' : 'drain',
    drainTimeoutMs: timeout === undefined ? undefined : millisecondsOf('--timeout', timeout),
    onTimeout: oneOf('--on-timeout', onTimeout, ['extend', 'force'] as const),
    resumeWhen: when === undefined ? undefined : conditionOf(when),
    resumeBehavior: oneOf('--resume-behavior', options['resume-behavior'], RESUME_BEHAVIORS),
    release: oneOf('--release', options.release, RELEASES),
  };
};

const RESUME_BEHAVIORS = ['continue', 'restart_step', 'await_instructions'] as const;
const RELEASES = ['idle', 'shutdown'] as const;

const oneOf = <T extends string>(
  option: string,
  text: string | undefined,
  words: readonly T[],
): T | undefined => {
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined)
    throw new UsageError(`${option} must be one of ${words.join(', ')}, not "${text}".`);
  return word;
};

const conditionOf = (text: string) =>
  text.trim().startsWith('{') ? (jsonOf('--resume-when', text) as Record<string, unknown>) : text;
