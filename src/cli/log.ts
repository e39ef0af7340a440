import { command } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { table, visible } from './kit/terminal.ts';

interface Line {
  at: string;
  actor: string;
  kind: string;
  from: string | null;
  to: string | null;
  detail: Record<string, unknown> | null;
}

export const log = command({
  name: 'log',
  summary: 'What happened on a thread, in order: who, when, what, why',
  about: 'Each line was written together with the change it tells of.',
  args: [{ name: 'thread', help: 'The id of the thread', uuid: true }],
  options: { markdown: { help: 'As a document, to read or to keep' }, ...CONNECTION },
  examples: [
    { run: 'holdpoint log 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10', says: 'To read' },
    {
      run: 'holdpoint log 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --json',
      says: 'With every detail, in a script',
    },
    {
      run: 'holdpoint log 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --markdown > session.md',
      says: 'As a document: its pauses, where it stands, how to resume it',
    },
  ],
  run: async ({ args: [thread = ''], options, env, terminal }) => {
    const client = connect({ options, env });
    const path = `/threads/${encodeURIComponent(thread)}/log`;
    if (options.markdown) {
      terminal.print(await client.document(path));
      return 0;
    }
    const lines = await client.control<Line[]>(path);
    if (options.json) terminal.json(lines);
    else terminal.print(table(['AT', 'WHO', 'WHAT', 'STATE', 'DETAIL'], lines.map(row)));
    return 0;
  },
});

const DETAIL_WIDTH = 100;

const row = ({ at, actor, kind, from, to, detail }: Line): string[] => {
  const state = to === null || from === to ? (to ?? '') : `${from ?? ''} → ${to}`;
  const text = detail === null ? '' : JSON.stringify(detail);
  const shown = text.length > DETAIL_WIDTH ? `${text.slice(0, DETAIL_WIDTH)}…` : text;
  return [at, actor, kind, state, shown].map(visible);
};
