import type { Cron, CronFilter, CronSearch } from '../model/cron.ts';

export interface CronStore {
  insert(cron: Cron): Promise<void>;
  get(cronId: string): Promise<Cron | undefined>;
  /** Writes all of it but when it was created. False when it is gone. */
  replace(cron: Cron): Promise<boolean>;
  remove(cronId: string): Promise<boolean>;
  search(query: CronSearch): Promise<{ items: Cron[]; total: number }>;
  count(filter: CronFilter): Promise<number>;
  /** Enabled ones whose time is not after `now`, oldest first. */
  due(now: number, limit: number): Promise<Cron[]>;
  /** When the next enabled one is due. */
  nextDue(): Promise<number | undefined>;
  /** Moves it on, if it is enabled and still due at `from`: who does that launches the run, and nobody else. */
  advance(input: {
    cronId: string;
    from: number;
    to: number | null;
    lastError: Cron['lastError'];
  }): Promise<boolean>;
}
