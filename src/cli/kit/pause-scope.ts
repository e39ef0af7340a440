import type { HoldpointClient } from '../../client/index.ts';
import { pauseBody, type PauseOptions } from '../../client/pause.ts';
import { EXIT } from './command.ts';
import type { ScopeJson } from './scope.ts';
import type { Terminal } from './terminal.ts';
import { left, watch } from './watch.ts';

/** A pause of many as the server shows it. */
export interface ScopePause {
  pause_id: string;
  state: 'active' | 'resumed';
  reason: string;
  runs: { draining: number; paused: number; held: number };
  resume_url?: string;
}

interface Pausing {
  client: HoldpointClient;
  scope: ScopeJson;
  asked: PauseOptions;
  newRuns: string | undefined;
  detach: boolean;
  json: boolean;
  terminal: Terminal;
}

const progress = ({ runs: { draining, paused, held } }: ScopePause): string => {
  const waiting = held > 0 ? `, ${held} held back in the queue` : '';
  return `${paused} of ${paused + draining} have reached a safe point${waiting}.`;
};

/** What the URL lets whoever has it. */
export const sayResumeUrl = (url: string): string =>
  `Whoever has this URL can resume it, once and without a key: POST ${url}\n`;

/** Pauses a scope and shows how many runs have come to rest in it. Answers the exit code. */
export const pauseScope = async (pausing: Pausing): Promise<number> => {
  const { client, scope, asked, newRuns, detach, json, terminal } = pausing;
  const body = { ...pauseBody(asked), scope, new_runs: newRuns };
  const made = await client.control<ScopePause>('/pauses', { method: 'POST', body });
  const { pause_id: id, resume_url: url } = made;
  if (!json) {
    if (url !== undefined) terminal.print(sayResumeUrl(url));
    terminal.print(`Pausing. Go on with all of it: holdpoint resume ${id}\n`);
  }
  const seen = detach
    ? made
    : await watch({
        look: () => client.control<ScopePause>(`/pauses/${id}`),
        line: progress,
        done: ({ runs, state }) => runs.draining === 0 || state !== 'active',
        terminal,
        quiet: json,
      });
  if (json && seen) terminal.json({ ...seen, resume_url: url ?? null });
  return seen ? EXIT.done : left(terminal);
};
