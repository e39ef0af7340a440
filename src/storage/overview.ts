import type { OverviewCounts, OverviewQuery, OverviewRow } from '../model/overview.ts';

/** All threads as one looks at them from above. */
export interface OverviewStore {
  counts(): Promise<OverviewCounts>;
  threads(query: OverviewQuery): Promise<{ items: OverviewRow[]; total: number }>;
}
