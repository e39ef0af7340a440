import { isoTime, type Clock } from '../model/clock.ts';
import { cronRunAfter, type Cron, type CronFilter, type CronSearch } from '../model/cron.ts';
import { HoldpointError } from '../model/errors.ts';
import { cronNotFound, threadNotFound } from '../model/not-found.ts';
import type { Page, Storage } from '../storage/ports.ts';
import type { Assistants } from './assistants.ts';

interface CronDeps {
  storage: Storage;
  assistants: Pick<Assistants, 'find'>;
  clock: Clock;
  newId: () => string;
  /** Says that what comes due next may have changed. */
  changed: () => void;
}

/** What the caller decides of a cron. `assistantId` may be a graph's id. */
export type CronInput = Pick<
  Cron,
  | 'threadId'
  | 'assistantId'
  | 'schedule'
  | 'timezone'
  | 'endTime'
  | 'enabled'
  | 'onRunCompleted'
  | 'payload'
  | 'launch'
  | 'metadata'
  | 'userId'
>;

export interface Crons {
  /** @throws {HoldpointError} `thread_not_found`, `assistant_not_found`; `invalid_request` when it would never run. */
  create(input: CronInput): Promise<Cron>;
  /** @throws {HoldpointError} `cron_not_found`. */
  get(cronId: string): Promise<Cron>;
  /** Changes what `change` returns. @throws {HoldpointError} as `create` and `get`. */
  update(cronId: string, change: (cron: Cron) => Partial<CronInput>): Promise<Cron>;
  /** @throws {HoldpointError} `cron_not_found`. */
  remove(cronId: string): Promise<void>;
  search(query: CronSearch): Promise<Page<Cron>>;
  count(filter: CronFilter): Promise<number>;
}

export const createCrons = (deps: CronDeps): Crons => {
  const { storage, assistants, clock, newId, changed } = deps;
  const found = async (cronId: string): Promise<Cron> => {
    const cron = await storage.crons.get(cronId);
    if (!cron) throw cronNotFound(cronId);
    return cron;
  };
  const withId = async <T extends CronFilter>(filter: T): Promise<T> =>
    filter.assistantId === undefined
      ? filter
      : { ...filter, assistantId: (await assistants.find(filter.assistantId)).assistantId };
  return {
    get: found,
    create: async (input) => {
      const at = isoTime(clock);
      const { assistantId } = await assistants.find(input.assistantId);
      const cron: Cron = {
        ...input,
        assistantId,
        cronId: newId(),
        nextRunMs: firstRun(deps, input),
        lastError: null,
        createdAt: at,
        updatedAt: at,
      };
      await storage.transaction(async (ledger) => {
        const { threadId } = cron;
        if (threadId !== null && !(await ledger.threads.get(threadId))) throw threadNotFound(threadId);
        await ledger.crons.insert(cron);
      });
      changed();
      return cron;
    },
    update: async (cronId, change) => {
      const updated = await storage.transaction(async (ledger) => {
        const cron = await ledger.crons.get(cronId);
        if (!cron) throw cronNotFound(cronId);
        const next = { ...cron, ...change(cron), updatedAt: isoTime(clock) };
        // What is due now and not yet launched is launched once, unless it was planned anew or had been off.
        const planned = PLANNING.some((field) => next[field] !== cron[field]);
        const plan = () => (next.enabled ? firstRun(deps, next) : cronRunAfter(next, clock.now()));
        const due = planned ? { ...next, nextRunMs: plan() } : next;
        await ledger.crons.replace(due);
        return due;
      });
      changed();
      return updated;
    },
    remove: async (cronId) => {
      if (!(await storage.transaction((ledger) => ledger.crons.remove(cronId)))) throw cronNotFound(cronId);
    },
    search: async (query) => storage.crons.search(await withId(query)),
    count: async (filter) => storage.crons.count(await withId(filter)),
  };
};

const PLANNING = ['schedule', 'timezone', 'endTime', 'enabled'] as const;

const firstRun = (
  { clock }: CronDeps,
  { schedule, timezone, endTime }: Pick<Cron, 'schedule' | 'timezone' | 'endTime'>,
): number => {
  const next = cronRunAfter({ schedule, timezone, endTime }, clock.now());
  if (next !== null) return next;
  throw new HoldpointError(
    'invalid_request',
    endTime === null
      ? `schedule: ${schedule} never comes.`
      : `end_time: it ends before it would first run, by ${schedule}.`,
    { details: { field: endTime === null ? 'schedule' : 'end_time' } },
  );
};
