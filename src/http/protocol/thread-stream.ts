import { z } from 'zod';
import type { ThreadNews } from '../../lifecycle/follow-thread.ts';
import { HoldpointError } from '../../model/errors.ts';
import { formatEventId, parseEventId, type EventCursor } from '../../model/run-event.ts';
import { route, type Route } from '../route.ts';
import { queryList, ThreadParams } from '../schemas.ts';
import { eventStream } from '../sse.ts';
import type { ProtocolDeps } from './deps.ts';

const MODES = ['lifecycle', 'run_modes', 'state_update'] as const;

type Mode = (typeof MODES)[number];

/** A thread's events over all its runs, in the words of the run streams, until the client leaves. */
export const threadStreamRoutes = ({ threads, streams, heartbeatMs }: ProtocolDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/stream',
    scope: 'read',
    tag: 'threads',
    summary:
      'Follow a thread over all its runs; Last-Event-ID continues after that event, - from the start, none from now on',
    params: ThreadParams,
    query: z.looseObject({ stream_modes: queryList(MODES), stream_mode: queryList(MODES) }),
    produces: 'text/event-stream',
    handle: async ({ params, query, request }) => {
      const { thread_id: threadId } = params;
      await threads.get(threadId);
      const modes = new Set<Mode>(query.stream_modes ?? query.stream_mode ?? ['run_modes']);
      const given = request.headers['last-event-id'] as string | undefined;
      const after = given === undefined ? await streams.end(threadId) : cursorOf(given);
      const skipValues = !modes.has('run_modes') && !modes.has('state_update');
      return eventStream({
        heartbeatMs,
        headers: {
          'Content-Location': `/threads/${threadId}/stream`,
          Location: `/threads/${threadId}/stream`,
        },
        pages: async function* (signal) {
          const format = createFormat(modes, after);
          for await (const news of streams.follow({ threadId, after, skipValues, signal }))
            yield format(news);
        },
      });
    },
  }),
];

const cursorOf = (lastEventId: string): EventCursor => {
  const cursor = parseEventId(lastEventId);
  if (cursor) return cursor;
  throw new HoldpointError('invalid_request', `Last-Event-ID ${lastEventId} is no event id of this server.`, {
    details: { field: 'Last-Event-ID' },
  });
};

/** `lifecycle`: a run's beginning and end; `state_update`: the values of the thread; `run_modes`: all of a run's events. */
const createFormat = (modes: Set<Mode>, start: EventCursor): ((news: ThreadNews) => string) => {
  let last = start;
  const wanted = (event: string): boolean =>
    modes.has('run_modes') ||
    (modes.has('lifecycle') && event === 'metadata') ||
    (modes.has('state_update') && event === 'values');
  return (news) => {
    if (news.kind === 'caught_up') return '';
    if (news.kind === 'rest') {
      if (!modes.has('lifecycle')) return '';
      const data = JSON.stringify({ run_id: news.run.runId, status: 'run_done' });
      return frame('metadata', data, { fence: last.fence, seq: last.seq + 1 });
    }
    last = news.events.at(-1)?.cursor ?? last;
    return news.events
      .filter(({ event }) => wanted(event))
      .map(({ event, data, cursor }) => frame(event, data, cursor))
      .join('');
  };
};

const frame = (event: string, data: string, cursor: EventCursor): string =>
  `event: ${event}\ndata: ${data}\nid: ${formatEventId(cursor)}\n\n`;
