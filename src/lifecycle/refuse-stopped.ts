import { scopeWords } from '../model/emergency-stop.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Ledger, StopTarget } from '../storage/ports.ts';

/**
 * For whatever starts or resumes a run, in the transaction that does so.
 * @throws {HoldpointError} `stopped` while an emergency stop covers the thread or the assistant.
 */
export const refuseStopped = async (ledger: Ledger, target: StopTarget): Promise<void> => {
  const stop = await ledger.stops.covering(target);
  if (!stop) return;
  throw new HoldpointError(
    'stopped',
    `An emergency stop of ${scopeWords(stop.scope)} is in force (${stop.reason}): nothing in its scope starts. Release it with POST /emergency-stops/${stop.stopId}/release.`,
    { details: { stop_id: stop.stopId, reason: stop.reason } },
  );
};
