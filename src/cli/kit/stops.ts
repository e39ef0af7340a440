import type { HoldpointClient } from '../../client/index.ts';
import { scopeWords } from './scope.ts';
import { shortId } from './show-question.ts';
import { table, visible } from './terminal.ts';
import { theOne } from './the-one.ts';

/** An emergency stop as the server shows it. */
export interface Stop {
  stop_id: string;
  scope: Record<string, unknown>;
  state: 'in_force' | 'released';
  reason: string;
  requested_by: string;
  created_at: string;
  runs: { run_id: string; thread_id: string; confirmed: boolean }[];
}

export const stopsInForce = (client: HoldpointClient): Promise<Stop[]> =>
  client.control<Stop[]>('/emergency-stops', { query: { limit: 1000 } });

/** How many of the runs in scope are certain to be down. */
export const downOf = ({ runs }: Stop): string => {
  const down = runs.filter(({ confirmed }) => confirmed).length;
  return runs.length === 0 ? 'Nothing was running.' : `${down} of ${runs.length} runs are confirmed down.`;
};

export const stopsTable = (stops: Stop[]): string =>
  stops.length === 0
    ? 'No emergency stop is in force.\n'
    : table(
        ['STOP', 'SCOPE', 'DOWN', 'BY', 'REASON'],
        stops.map((stop) => [
          shortId(stop.stop_id),
          scopeWords(stop.scope),
          `${stop.runs.filter(({ confirmed }) => confirmed).length}/${stop.runs.length}`,
          visible(stop.requested_by),
          visible(stop.reason),
        ]),
      );

/** The one that is meant: by the beginning of its id, or the only one in force. */
export const findStop = async (client: HoldpointClient, id: string | undefined): Promise<Stop> => {
  const stops = await stopsInForce(client);
  const fitting = stops.filter(({ stop_id }) => stop_id.startsWith(id ?? ''));
  return theOne({
    fitting,
    none:
      id === undefined
        ? 'No emergency stop is in force.'
        : `No emergency stop in force has an id that begins with "${id}".`,
    several: `${fitting.length} emergency stops are in force: say which.\n${stopsTable(fitting)}`,
  });
};
