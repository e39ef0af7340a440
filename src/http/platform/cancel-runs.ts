import { z } from 'zod';
import type { RunState } from '../../model/run-state.ts';
import { route, type Route } from '../route.ts';
import { given, Uuid } from '../schemas.ts';
import { scopesOfMany } from '../scopes.ts';
import type { PlatformDeps } from './deps.ts';

const Which = z
  .looseObject({
    status: given(z.enum(['pending', 'running', 'all'])),
    thread_id: given(Uuid),
    run_ids: given(z.array(Uuid).min(1).max(1000)),
  })
  .superRefine(({ status, thread_id, run_ids }, context) => {
    if (status === undefined ? thread_id !== undefined && run_ids !== undefined : !thread_id && !run_ids)
      return;
    const message = 'say either status, or thread_id and run_ids';
    context.addIssue({ code: 'custom', path: ['status'], message });
  });

const STATES: Record<'pending' | 'running' | 'all', RunState[]> = {
  pending: ['pending'],
  running: ['running', 'pausing'],
  all: ['pending', 'running', 'pausing'],
};

export const cancelRunsRoutes = (deps: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/runs/cancel',
    scope: 'run',
    moreScopes: scopesOfMany,
    tag: 'runs',
    summary: 'Cancel several runs of a thread, or all that wait or are at work; paused ones stay as they are',
    query: z.object({ action: z.enum(['interrupt', 'rollback']).default('interrupt') }),
    body: Which,
    status: 204,
    handle: ({ query, body, request }) =>
      deps.cancelRuns({
        which:
          body.status === undefined
            ? { threadId: body.thread_id ?? '', runIds: body.run_ids ?? [] }
            : { states: STATES[body.status] },
        action: query.action,
        actor: request.actor,
      }),
  }),
];
