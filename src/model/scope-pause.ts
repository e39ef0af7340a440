import { HoldpointError } from './errors.ts';
import type { PauseTerms } from './pause.ts';
import type { ResumeCondition } from './resume-condition.ts';

/** What a scope covers: one thread, an assistant's runs, a graph's, or everything. */
export type Scope = { type: 'thread' | 'assistant' | 'graph'; id: string } | { type: 'all' };

/** What becomes of runs that are launched in a paused scope: they wait, are refused, or go to another assistant. */
export const NEW_RUNS = ['queue', 'reject', 'redirect'] as const;
export type NewRuns = (typeof NEW_RUNS)[number];

/** `redirect` says where to, and only that does. @throws {HoldpointError} `invalid_request`. */
export const checkRedirect = ({ newRuns, redirectTo }: Pick<ScopePause, 'newRuns' | 'redirectTo'>): void => {
  if ((newRuns === 'redirect') === (redirectTo !== null)) return;
  throw new HoldpointError(
    'invalid_request',
    'redirect_to: is given with new_runs "redirect", and only then',
    {
      details: { field: 'redirect_to' },
    },
  );
};

/** How the threads in scope are paused. */
export type ScopeTerms = Omit<PauseTerms, 'resumeWhen'>;

/** A pause of many threads, and of those to come. */
export interface ScopePause {
  scopePauseId: string;
  scope: Scope;
  state: 'active' | 'resumed';
  terms: Partial<ScopeTerms> & { reason: string };
  newRuns: NewRuns;
  redirectTo: string | null;
  resumeWhen: ResumeCondition | null;
  resumeTokenHash: string | null;
  /** The window it belongs to. */
  windowId: string | null;
  requestedBy: string;
  requestedAt: string;
  endedBy: string | null;
  endedAt: string | null;
  /** Of the request, where that came with an idempotency key; the key made the id. */
  requestHash: string | null;
}

/** Where a run stands, as far as scopes go. */
export interface RunPlace {
  threadId: string;
  assistantId: string;
  graphId: string;
}

export const covers = (scope: Scope, { threadId, assistantId, graphId }: RunPlace): boolean => {
  switch (scope.type) {
    case 'all':
      return true;
    case 'thread':
      return scope.id === threadId;
    case 'assistant':
      return scope.id === assistantId;
    case 'graph':
      return scope.id === graphId;
  }
};
