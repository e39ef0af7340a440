import type { JsonObject } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { newPause } from './pause-thread.ts';

/** Makes the pause in which a run is held that would be given up otherwise; in the transaction that moves it there. */
export const holdRun = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { run, reason }: { run: Run; reason: string },
): Promise<string> => {
  const remedy: JsonObject = {
    kind: 'look_at_failures',
    failures: [{ what: 'the run', error: reason }],
    resume: {},
  };
  const input = { threadId: run.threadId, actor: 'system', cause: 'condition' as const, reason, remedy };
  const pause = newPause(deps, { input, run, resumeTokenHash: null });
  await ledger.pauses.insert(pause);
  return pause.pauseId;
};
