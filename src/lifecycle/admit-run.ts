import type { Assistant } from '../model/assistant.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import type { NewRuns } from '../model/scope-pause.ts';
import type { Storage } from '../storage/ports.ts';

/** What several pauses say together: who refuses comes first, then who redirects. */
const STRICTEST: readonly NewRuns[] = ['reject', 'redirect', 'queue'];

/**
 * What becomes of a new run in a paused scope: by default it is accepted and held back. Answers the assistant that
 * takes it; the one it is redirected to is not redirected again.
 * @throws {HoldpointError} `scope_paused` when the scope refuses new runs, or the one they are redirected to is gone.
 */
export const admitRun = async (
  { storage, findAssistant }: AdmitDeps,
  threadId: string,
  assistant: Assistant,
): Promise<Assistant> => {
  const { assistantId, graphId } = assistant;
  const covering = await storage.scopes.covering({ threadId, assistantId, graphId });
  const policy = STRICTEST.find((newRuns) => covering.some((pause) => pause.newRuns === newRuns));
  const pause = covering.find(({ newRuns }) => newRuns === policy);
  if (!pause || policy === 'queue') return assistant;
  const { redirectTo } = pause;
  const other =
    policy === 'redirect' && redirectTo !== null
      ? await findAssistant(redirectTo).catch(undefinedIfGone)
      : undefined;
  if (other) return other;
  throw new HoldpointError('scope_paused', `Paused, and new runs are refused: ${pause.terms.reason}`, {
    details: { pause_id: pause.scopePauseId, ...(redirectTo !== null && { redirect_to: redirectTo }) },
  });
};

const undefinedIfGone = (error: unknown): undefined => {
  if (!isHoldpointError(error) || error.code !== 'assistant_not_found') throw error;
};

interface AdmitDeps {
  storage: Storage;
  findAssistant: (assistantOrGraphId: string) => Promise<Assistant>;
}
