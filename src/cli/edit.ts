import { command, UsageError, type GivenOptions } from './kit/command.ts';
import { decide, DECIDING, QUESTION_ID } from './kit/decide.ts';
import { assignment, jsonObjectOf } from './kit/json.ts';

const OPTIONS = {
  set: { value: 'NAME=VALUE', many: true, help: 'Change one argument; may be repeated. The others stay' },
  args: { value: 'JSON', help: 'Other arguments altogether' },
  ...DECIDING,
} as const;

export const edit = command({
  name: 'edit',
  summary: 'Let a held tool call run with other arguments',
  about: `What was proposed and what ran both stay in the state. A value of --set is text where there was text, else JSON where it
is JSON. Of several calls that are held together, --call says which is edited.`,
  args: [QUESTION_ID],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint edit 3f2a81c0 --set path=release-1.2.md', says: 'Another path, the rest as it was' },
    { run: `holdpoint edit 3f2a81c0 --args '{"path": "notes.md", "content": "# 1.2"}'`, says: 'All of it' },
  ],
  run: async (input) => {
    const { set, args, call } = input.options;
    if ((set === undefined) === (args === undefined))
      throw new UsageError('Say what to change: --set name=value, or --args JSON.');
    let edited = 0;
    return decide({
      input,
      decision: (held) => {
        if (call === undefined && ++edited > 1)
          throw new UsageError('Several calls are held together: say with --call which is edited.');
        return { type: 'edit', args: edits(held.args, input.options) };
      },
    });
  },
});

const edits = (proposed: Record<string, unknown>, { set, args }: GivenOptions<typeof OPTIONS>) =>
  args === undefined
    ? { ...proposed, ...Object.fromEntries((set ?? []).map((text) => assignment('--set', text, proposed))) }
    : jsonObjectOf('--args', args);
