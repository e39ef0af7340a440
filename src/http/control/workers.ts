import { z } from 'zod';
import { STATE_WORDS } from '../../model/wire-status.ts';
import type { QueueSeen, WorkerAtWork, Workers } from '../../resources/workers.ts';
import { Reply, route, type Route } from '../route.ts';
import { Uuid } from '../schemas.ts';

const tag = 'workers';

export interface WorkerDeps {
  workers: Workers;
}

const WorkerView = z.object({
  worker_id: z.guid(),
  pid: z.number().nullable(),
  version: z.string(),
  state: z
    .enum(['starting', 'running', 'draining'])
    .meta({ description: '`draining`: takes nothing new, and another has taken its place' }),
  slots: z.number().meta({ description: 'Runs it may have at once' }),
  active: z.number().meta({ description: 'Runs it has now, by its last sign of life' }),
  taken: z.number().meta({ description: 'Runs it has taken since it started' }),
  memory_bytes: z.number(),
  started_at: z.string(),
  last_heartbeat: z.string(),
  drain: z.object({ why: z.string(), since: z.string(), deadline: z.string() }).nullable(),
  holds: z
    .array(z.object({ thread_id: z.guid(), run_id: z.guid().nullable() }))
    .meta({ description: 'Threads it owns, by the ledger' }),
});

const QueueView = z.object({
  waiting: z.number().meta({ description: 'Runs that the next free worker takes' }),
  oldest: z
    .object({ run_id: z.guid(), thread_id: z.guid(), since: z.string(), age_ms: z.number() })
    .nullable(),
  runs: z.record(z.string(), z.number()).meta({ description: 'How many, by lifecycle state' }),
});

const WorkerParams = z.object({ worker_id: Uuid });

/** How long an operator's drain waits where nothing is said: longer than most steps take. */
const DRAIN_MS = 120_000;

/** The processes that run graphs, and what waits for them. */
export const workerRoutes = (deps: WorkerDeps): Route[] => [
  route({
    method: 'get',
    path: '/workers',
    scope: 'read',
    tag,
    summary: 'The worker processes: what each has, and its last sign of life',
    response: z.array(WorkerView),
    handle: async () => (await deps.workers.list()).map(presentWorker),
  }),
  route({
    method: 'get',
    path: '/workers/:worker_id',
    scope: 'read',
    tag,
    summary: 'One worker process',
    params: WorkerParams,
    response: WorkerView,
    handle: async ({ params }) => presentWorker(await deps.workers.get(params.worker_id)),
  }),
  route({
    method: 'post',
    path: '/workers/:worker_id/drain',
    scope: 'operate',
    tag,
    summary:
      'Let a worker bring what it has to a boundary and end; another takes its place, and its runs go on there',
    example: { reason: 'looks slow' },
    params: WorkerParams,
    body: z
      .looseObject({
        reason: z.string().trim().min(1).max(2000).optional(),
        timeout_ms: z
          .int()
          .min(1)
          .max(86_400_000)
          .default(DRAIN_MS)
          .meta({ description: 'Then steps that have not ended are cut, and run again elsewhere' }),
      })
      .prefault({}),
    response: WorkerView,
    status: 202,
    handle: async ({ params, body, request }) => {
      const why = `${request.actor}: ${body.reason ?? 'asked for'}`;
      const drain = { workerId: params.worker_id, timeoutMs: body.timeout_ms, why };
      return new Reply(202, presentWorker(await deps.workers.drain(drain)));
    },
  }),
  route({
    method: 'get',
    path: '/queue',
    scope: 'read',
    tag,
    summary: 'What waits for a worker, since when, and how many runs are in which state',
    response: QueueView,
    handle: async () => presentQueue(await deps.workers.queue()),
  }),
];

const iso = (ms: number): string => new Date(ms).toISOString();

const presentWorker = ({ worker, holds }: WorkerAtWork): z.input<typeof WorkerView> => ({
  worker_id: worker.id,
  pid: worker.pid ?? null,
  version: worker.version,
  state: worker.state,
  slots: worker.slots,
  active: worker.active,
  taken: worker.taken,
  memory_bytes: worker.memoryBytes,
  started_at: iso(worker.startedAt),
  last_heartbeat: iso(worker.lastBeat),
  drain: worker.drain
    ? { why: worker.drain.why, since: iso(worker.drain.since), deadline: iso(worker.drain.deadlineMs) }
    : null,
  holds: holds.map(({ threadId, runId }) => ({ thread_id: threadId, run_id: runId })),
});

const presentQueue = ({ waiting, oldest, states }: QueueSeen): z.input<typeof QueueView> => ({
  waiting,
  oldest: oldest && {
    run_id: oldest.runId,
    thread_id: oldest.threadId,
    since: oldest.since,
    age_ms: Math.max(0, Date.now() - Date.parse(oldest.since)),
  },
  runs: Object.fromEntries(
    Object.entries(states).map(([state, count]) => [
      STATE_WORDS[state as keyof typeof states].lifecycle,
      count,
    ]),
  ),
});
