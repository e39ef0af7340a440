import { z } from 'zod';
import { PAUSE_STATES, type Pause } from '../../model/pause.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { QueryPaging } from '../schemas.ts';

export interface WaitingDeps {
  /** Pauses in force that end by a condition, longest first. */
  listWaiting: (query: { limit: number; offset: number }) => Promise<{ items: Pause[]; total: number }>;
}

const WaitingView = z.object({
  thread_id: z.guid(),
  run_id: z.guid(),
  pause_id: z.guid(),
  state: z.enum(PAUSE_STATES),
  reason: z.string(),
  requested_by: z.string(),
  requested_at: z.string(),
  resume_when: z.unknown().meta({ description: 'What it waits for' }),
});

/** Who waits for what. */
export const waitingRoutes = ({ listWaiting }: WaitingDeps): Route[] => [
  route({
    method: 'get',
    path: '/waiting-threads',
    scope: 'read',
    tag: 'pauses',
    summary: 'Threads whose pause ends by a condition, with what they wait for, longest first',
    query: z.object({ ...QueryPaging }),
    response: z.array(WaitingView),
    handle: async ({ query }) => {
      const { items, total } = await listWaiting(query);
      return new Reply(200, items.map(present), pageHeaders(total, query));
    },
  }),
];

const present = (pause: Pause): z.input<typeof WaitingView> => ({
  thread_id: pause.threadId,
  run_id: pause.runId,
  pause_id: pause.pauseId,
  state: pause.state,
  reason: pause.reason,
  requested_by: pause.requestedBy,
  requested_at: pause.requestedAt,
  resume_when: pause.resumeWhen,
});
