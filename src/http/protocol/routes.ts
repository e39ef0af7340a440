import { z } from 'zod';
import type { ProtocolEvent } from '../../engine/protocol/protocol-event.ts';
import { HoldpointError } from '../../model/errors.ts';
import { numberOfEventId } from '../../model/subscription.ts';
import { Reply, route, type Route } from '../route.ts';
import { ThreadParams } from '../schemas.ts';
import { eventStream } from '../sse.ts';
import { CommandEnvelope, SubscriptionBody } from './command-schemas.ts';
import { createCommands } from './commands.ts';
import type { ProtocolDeps } from './deps.ts';
import { visibleEvents } from './visible-events.ts';
import { scopesOfCommand } from '../scopes.ts';

const tag = 'protocol v2';

/** Protocol v2 over HTTP: commands, and events as server-sent events. Over WebSocket it is the second path too. */
export const protocolRoutes = (deps: ProtocolDeps): Route[] => {
  const commands = createCommands(deps);
  return [
    route({
      method: 'post',
      path: '/threads/:thread_id/commands',
      scope: 'any',
      moreScopes: scopesOfCommand,
      tag,
      summary:
        'A command: run.start, input.respond, state.get, agent.getTree. A refused one is 200 {type: "error"}',
      params: ThreadParams,
      body: z.unknown().meta({ ...z.toJSONSchema(CommandEnvelope, { io: 'input' }) }),
      response: z.looseObject({ type: z.enum(['success', 'error']), id: z.int().nullable() }),
      handle: async ({ params, body, request }) => {
        const answer = await commands.handle({ threadId: params.thread_id, command: body, request });
        return answer.id === null ? new Reply(400, answer) : answer;
      },
    }),
    route({
      method: 'post',
      path: '/threads/:thread_id/stream/events',
      scope: 'read',
      tag,
      summary: 'Events of a thread, over all its runs, as server-sent events; GET upgrades to a WebSocket',
      params: ThreadParams,
      body: SubscriptionBody,
      produces: 'text/event-stream',
      handle: ({ params, body, request }) => {
        const since = sinceOf(body.since, request.headers['last-event-id'] as string | undefined);
        const subscription = {
          channels: body.channels,
          namespaces: body.namespaces ?? undefined,
          depth: body.depth ?? undefined,
          since,
        };
        return eventStream({
          heartbeatMs: deps.heartbeatMs,
          pages: async function* (signal) {
            const { thread_id: threadId } = params;
            const { filters } = request;
            for await (const { events } of visibleEvents(deps, { threadId, subscription, filters, signal }))
              yield events.map(frame).join('');
          },
        });
      },
    }),
  ];
};

/** What a client has seen last: a reconnecting one says it in the header. */
const sinceOf = (since: number | null | undefined, lastEventId: string | undefined): number | undefined => {
  if (lastEventId === undefined || lastEventId === '') return since ?? undefined;
  const number = numberOfEventId(lastEventId);
  if (number !== undefined) return number;
  throw new HoldpointError('invalid_request', `Last-Event-ID ${lastEventId} is no event id of this server.`, {
    details: { field: 'Last-Event-ID' },
  });
};

const frame = (event: ProtocolEvent): string =>
  `event: ${event.method}\nid: ${event.event_id}\ndata: ${JSON.stringify(event)}\n\n`;
