import type { HoldpointClient } from '../../client/index.ts';
import { UsageError } from './command.ts';
import { scopeWords } from './scope.ts';
import { shortId } from './show-question.ts';
import { table, visible } from './terminal.ts';
import { theOne } from './the-one.ts';

/** A pause window as the server shows it. */
export interface Window {
  window_id: string;
  name: string;
  scope: Record<string, unknown>;
  schedule: string;
  timezone: string;
  duration_ms: number;
  enabled: boolean;
  open: { ends_at: string } | null;
}

export interface Occurrence {
  starts_at: string;
  ends_at: string;
}

export const nextOf = (
  client: HoldpointClient,
  { window_id: id }: Window,
  count: number,
): Promise<Occurrence[]> =>
  client.control<Occurrence[]>(`/pause-windows/${id}/occurrences`, { query: { count } });

/** The one that is meant: by its name, its id or the beginning of it. */
export const findWindow = async (client: HoldpointClient, named: string | undefined): Promise<Window> => {
  if (named === undefined) throw new UsageError('Say which window: its name, or the beginning of its id.');
  const windows = await client.control<Window[]>('/pause-windows');
  const fitting = windows.filter(({ name, window_id: id }) => name === named || id.startsWith(named));
  return theOne({
    fitting,
    none: `No window fits "${named}".`,
    several: `${fitting.length} windows fit "${named}".`,
  });
};

const minutes = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);

const standing = ({ open, enabled }: Window, [next]: Occurrence[]): string => {
  if (open) return `open until ${open.ends_at}`;
  return enabled ? `next ${next?.starts_at ?? 'never'}` : 'off';
};

export const windowsTable = (rows: { window: Window; next: Occurrence[] }[]): string =>
  rows.length === 0
    ? 'There are no pause windows.\n'
    : table(
        ['WINDOW', 'NAME', 'SCOPE', 'SCHEDULE', 'FOR', 'NOW'],
        rows.map(({ window, next }) => [
          shortId(window.window_id),
          visible(window.name),
          scopeWords(window.scope),
          `${window.schedule} ${window.timezone}`,
          minutes(window.duration_ms),
          standing(window, next),
        ]),
      );
