import { expect } from 'vitest';
import { openStream, type Frame } from '../wire/sse.ts';
import type { KilledServer } from './killed-server.ts';

/** An event and when it was seen. */
export interface SeenFrame extends Frame {
  at: number;
}

/** Where in a thread's log a run is and what was seen of it. */
export interface WatchedRun {
  threadId: string;
  runId: string;
  frames: SeenFrame[];
}

/** Follows a run to its end over however many connections it takes, each from the last event seen. */
export const watchRun = async (
  killed: KilledServer,
  threadId: string,
  runId: string,
): Promise<WatchedRun> => {
  const frames: SeenFrame[] = [];
  for (;;) {
    await killed.ask(async ({ url }) => {
      const last = frames.at(-1)?.id ?? '-1';
      const stream = await openStream(`${url}/threads/${threadId}/runs/${runId}/stream`, {
        headers: { 'last-event-id': last },
      });
      if (stream.status !== 200) throw new Error(`HTTP ${stream.status} from the stream`);
      for (let frame = await stream.next(); frame; frame = await stream.next())
        frames.push({ ...frame, at: Date.now() });
    });
    const run = await killed.ask(({ client }) => client.runs.get(threadId, runId));
    if (run.status !== 'pending' && run.status !== 'running') return { threadId, runId, frames };
  }
};

/** What the reader saw is the log: no event twice, none left out, in its order. */
export const expectExactlyTheLog = async (killed: KilledServer, watched: WatchedRun): Promise<void> => {
  const { threadId, runId, frames } = watched;
  const { url } = await killed.up();
  const stream = await openStream(`${url}/threads/${threadId}/runs/${runId}/stream`, {
    headers: { 'last-event-id': '-1' },
  });
  const log = await stream.rest();
  expect(frames.map(({ id, event, data }) => [id, event, data])).toEqual(
    log.map(({ id, event, data }) => [id, event, data]),
  );
};
