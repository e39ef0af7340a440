import type { HoldpointClient } from '../client/index.ts';
import { command, EXIT, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { millisecondsOf } from './kit/milliseconds.ts';
import { SCOPE, scopeOf } from './kit/scope.ts';
import { findWindow, nextOf, windowsTable, type Window } from './kit/windows.ts';

const OPTIONS = {
  name: { value: 'NAME', help: 'With add: what it is called' },
  schedule: { value: 'CRON', help: 'With add: when it starts' },
  timezone: { value: 'ZONE', help: 'With add: the time zone of the schedule (default: UTC)' },
  duration: { value: 'MS', help: 'With add: how long it lasts' },
  lead: { value: 'MS', help: 'With add: how long before the start threads begin to drain' },
  graph: { value: 'ID', help: 'One graph' },
  ...SCOPE,
  ...CONNECTION,
} as const satisfies Options;

type Given = GivenOptions<typeof OPTIONS>;

interface Asked {
  client: HoldpointClient;
  name: string | undefined;
  options: Given;
}

export const windows = command({
  name: 'windows',
  summary: 'Scheduled pauses: list, add, switch on and off, remove',
  about: 'Without a word: the windows there are, and when each opens next.',
  args: [
    { name: 'action', help: 'list, add, next, on, off or remove', optional: true },
    {
      name: 'window',
      help: 'Its name, its id or the beginning of it; not with list and add',
      optional: true,
    },
  ],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint windows', says: 'What there is' },
    {
      run: 'holdpoint windows add --name nightly --schedule "30 2 * * *" --timezone Europe/Berlin --duration 3600000 --all',
      says: 'An hour each night',
    },
    { run: 'holdpoint windows next nightly', says: 'When it will be open' },
    { run: 'holdpoint windows off nightly', says: 'Keep it, without entering it' },
  ],
  run: async ({ args: [action = 'list', name], options, env, terminal }) => {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act) throw new UsageError(`"${action}" is none of ${Object.keys(ACTIONS).join(', ')}.`);
    const { json, text } = await act({ client: connect({ options, env }), name, options });
    if (options.json) terminal.json(json);
    else terminal.print(text);
    return EXIT.done;
  },
});

type Action = (asked: Asked) => Promise<{ json: unknown; text: string }>;

const list: Action = async ({ client }) => {
  const found = await client.control<Window[]>('/pause-windows');
  const rows = await Promise.all(
    found.map(async (window) => ({ window, next: window.enabled ? await nextOf(client, window, 1) : [] })),
  );
  return {
    json: rows.map(({ window, next }) => ({ ...window, next: next[0] ?? null })),
    text: windowsTable(rows),
  };
};

const add: Action = async ({ client, options }) => {
  const { name, schedule, timezone, duration, lead } = options;
  const scope = await scopeOf(client, options);
  if (name === undefined || schedule === undefined || duration === undefined || !scope)
    throw new UsageError(
      'add needs --name, --schedule, --duration and a scope (--all, --assistant, --graph or --thread).',
    );
  const body = {
    name,
    schedule,
    timezone,
    scope,
    duration_ms: millisecondsOf('--duration', duration),
    ...(lead !== undefined && { drain_lead_ms: millisecondsOf('--lead', lead) }),
  };
  const window = await client.control<Window>('/pause-windows', { method: 'POST', body });
  const next = await nextOf(client, window, 1);
  return { json: window, text: windowsTable([{ window, next }]) };
};

const next: Action = async ({ client, name }) => {
  const found = await nextOf(client, await findWindow(client, name), 5);
  return {
    json: found,
    text: found.map(({ starts_at: from, ends_at: to }) => `${from} to ${to}\n`).join(''),
  };
};

const turn =
  (enabled: boolean): Action =>
  async ({ client, name }) => {
    const { window_id: id, name: called } = await findWindow(client, name);
    const window = await client.control<Window>(`/pause-windows/${id}`, {
      method: 'PATCH',
      body: { enabled },
    });
    return { json: window, text: `Window "${called}" is ${enabled ? 'on' : 'off'}.\n` };
  };

const remove: Action = async ({ client, name }) => {
  const { window_id: id, name: called } = await findWindow(client, name);
  await client.control(`/pause-windows/${id}`, { method: 'DELETE' });
  return { json: { window_id: id, removed: true }, text: `Window "${called}" is gone.\n` };
};

const ACTIONS: Record<string, Action> = { list, add, next, on: turn(true), off: turn(false), remove };
