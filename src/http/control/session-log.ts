import { z } from 'zod';
import { LOG_KINDS, type LogEntry } from '../../model/session-log.ts';
import { route, type Route } from '../route.ts';
import { ThreadParams } from '../schemas.ts';

const tag = 'session log';

export interface SessionLogDeps {
  /** Every line of the thread's log, in order. */
  readLog: (threadId: string) => Promise<LogEntry[]>;
  /** The session as a document in Markdown. */
  readSession: (threadId: string) => Promise<string>;
}

export const LogLineView = z.object({
  at: z.string(),
  actor: z.string().meta({ description: 'Who did it' }),
  kind: z.enum(LOG_KINDS).meta({ description: 'What happened' }),
  run_id: z.guid().nullable(),
  from: z.string().nullable().meta({ description: "The run's state before, when it changed" }),
  to: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
});

/** What happened on a thread, each line written in the transaction of the change it tells of. */
export const sessionLogRoutes = (deps: SessionLogDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/log',
    scope: 'read',
    tag,
    summary:
      'What happened on a thread, in order: who, when, what, why; with `Accept: text/markdown` as a document, with its pauses, where it stands and how it goes on',
    params: ThreadParams,
    response: z.array(LogLineView),
    produces: 'text/markdown',
    handle: async ({ params, request }) =>
      /\btext\/markdown\b/.test(request.headers.accept ?? '')
        ? deps.readSession(params.thread_id)
        : (await deps.readLog(params.thread_id)).map(presentLine),
  }),
];

export const presentLine = ({ at, actor, kind, runId, from, to, detail }: LogEntry) => ({
  at,
  actor,
  kind,
  run_id: runId,
  from,
  to,
  detail,
});
