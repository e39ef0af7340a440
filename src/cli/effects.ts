import type { HoldpointClient } from '../client/index.ts';
import { command, EXIT, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { jsonOf } from './kit/json.ts';
import { table, visible, type Terminal } from './kit/terminal.ts';
import { theOne } from './kit/the-one.ts';

interface Effect {
  key: string;
  name: string;
  state: string;
  result: unknown;
  error: string | null;
  intended_at: string;
  settled_at: string | null;
}

const OPTIONS = {
  happened: { value: 'yes|no', help: 'Of an effect in doubt: whether it happened' },
  result: { value: 'JSON', help: 'With --happened yes: what the agent is given for its result' },
  by: { value: 'NAME', help: 'Who says so, for the log' },
  ...CONNECTION,
} as const satisfies Options;

export const effects = command({
  name: 'effects',
  summary: 'What a thread did to the world; say whether one in doubt happened',
  about: `An effect that is "intended" on a thread at rest is in doubt: something died while it was done. A resume is refused until
somebody has looked and says whether it happened. One that did is not done again.`,
  args: [
    { name: 'thread', help: 'The id of the thread', uuid: true },
    { name: 'effect', help: 'Of one in doubt: its key, or the beginning of it', optional: true },
  ],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint effects 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10', says: 'What it did' },
    {
      run: `holdpoint effects 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 a16f96 --happened yes --result '"sent at noon"'`,
      says: 'It is not done again, and the agent is told so',
    },
    {
      run: 'holdpoint effects 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 a16f96 --happened no',
      says: 'It is done at the resume',
    },
  ],
  run: async ({ args: [thread = '', key], options, env, terminal }) => {
    const word = resolutionOf(key, options);
    const client = connect({ options, env });
    const path = `/threads/${encodeURIComponent(thread)}/effects`;
    const all = await client.control<Effect[]>(path);
    if (!word) return show(all, { terminal, json: options.json });
    const { key: whole } = theOne({
      fitting: all.filter((effect) => effect.key.startsWith(word.key)),
      none: `No effect of this thread has a key that begins with "${word.key}".`,
      several: `Several effects have keys that begin with "${word.key}". Give more of it.`,
    });
    const resolved = await resolve(client, `${path}/${encodeURIComponent(whole)}/resolution`, word);
    if (options.json) terminal.json(resolved);
    else terminal.print(`${visible(resolved.name)}: ${word.happened ? 'done' : 'it did not happen'}.\n`);
    return EXIT.done;
  },
});

interface Word {
  key: string;
  happened: boolean;
  result: unknown;
  by: string | undefined;
}

/** What is said of an effect; nothing where the effects are only to be shown. */
const resolutionOf = (key: string | undefined, options: GivenOptions<typeof OPTIONS>): Word | undefined => {
  const { happened, result, by } = options;
  if (key === undefined && happened === undefined) return undefined;
  if (key === undefined) throw new UsageError('Say which effect: its key, or the beginning of it.');
  if (happened !== 'yes' && happened !== 'no')
    throw new UsageError('Say whether it happened: --happened yes or --happened no.');
  if (happened === 'no' && result !== undefined)
    throw new UsageError('--result goes with --happened yes: what did not happen has none.');
  return {
    key,
    happened: happened === 'yes',
    result: result === undefined ? undefined : jsonOf('--result', result),
    by,
  };
};

const resolve = (client: HoldpointClient, path: string, { happened, result, by }: Word): Promise<Effect> =>
  client.control<Effect>(path, { method: 'POST', body: { happened, result, decided_by: by } });

const KEY_WIDTH = 12;
const TEXT_WIDTH = 80;

const show = (all: Effect[], { terminal, json }: { terminal: Terminal; json: true | undefined }): number => {
  if (json) terminal.json(all);
  else if (all.length === 0) terminal.print('It did nothing yet.\n');
  else terminal.print(table(['EFFECT', 'WHAT', 'STATE', 'INTENDED', 'SETTLED', 'RESULT'], all.map(row)));
  return EXIT.done;
};

const row = ({ key, name, state, result, error, intended_at, settled_at }: Effect): string[] => {
  const text = error ?? (result === null ? '' : JSON.stringify(result));
  const shown = text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH)}…` : text;
  return [key.slice(0, KEY_WIDTH), name, state, intended_at, settled_at ?? '', shown].map(visible);
};
