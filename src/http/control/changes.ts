import type { Changes } from '../../lifecycle/watch-changes.ts';
import { route, type Route } from '../route.ts';
import { eventStream } from '../sse.ts';

export interface ChangeDeps {
  watchChanges: (signal: AbortSignal) => AsyncIterable<Changes>;
  heartbeatMs: number;
}

/** What tells a page that what it shows is no longer so. */
export const changeRoutes = ({ watchChanges, heartbeatMs }: ChangeDeps): Route[] => [
  route({
    method: 'get',
    path: '/changes',
    scope: 'read',
    tag: 'changes',
    summary:
      'That something has changed, as it does: `hello` first, then `change` with `threads` (ids; null: many), `log` and `control`. What it is now is to be read',
    produces: 'text/event-stream',
    handle: () =>
      eventStream({
        heartbeatMs,
        pages: async function* (signal) {
          yield 'event: hello\ndata: {}\n\n';
          for await (const change of watchChanges(signal)) {
            yield `event: change\ndata: ${JSON.stringify(change)}\n\n`;
          }
        },
      }),
  }),
];
