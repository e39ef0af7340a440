import { scopeWords } from '../model/emergency-stop.ts';
import { failed, passed } from './findings.ts';
import type { ResumeCheck } from './validate-resume.ts';

const resolutionOf = (threadId: string, key: string): string =>
  `/threads/${threadId}/effects/${encodeURIComponent(key)}/resolution`;

/** What a resume has to find besides the state of its own run: no stop in force, nothing left over, nothing in doubt. */
export const STOP_CHECKS: ResumeCheck[] = [
  {
    name: 'emergency_stop',
    forceable: false,
    look: async ({ run, storage }) => {
      const stop = await storage.stops.covering(run);
      return stop
        ? failed(`An emergency stop of ${scopeWords(stop.scope)} is in force: ${stop.reason}`, {
            stop_id: stop.stopId,
          })
        : passed();
    },
  },
  {
    name: 'stop_confirmed',
    forceable: false,
    look: async ({ run, storage }) =>
      (await storage.stops.isUnconfirmed(run.runId))
        ? failed('The worker that had the run is not known to be gone yet. Try again in a moment.')
        : passed(),
  },
  {
    name: 'effect_in_doubt',
    forceable: true,
    look: async ({ run, storage }) => {
      const doubtful = (await storage.effects.inDoubt(run.threadId)).filter(
        ({ onInDoubt }) => onInDoubt === 'hold' || onInDoubt === 'fail',
      );
      if (doubtful.length === 0) return passed();
      const names = doubtful.map(({ name }) => name).join(', ');
      const routes = doubtful.map(({ key }) => resolutionOf(run.threadId, key)).join(', ');
      return failed(
        `It is not known whether this happened: ${names}. Find out, and say {"happened": true} or false by POST ${routes}`,
        { effects: doubtful.map(({ key, name, intendedAt }) => ({ key, name, intended_at: intendedAt })) },
      );
    },
  },
];
