import { passesFilters } from '../model/auth-filter.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { RequestFacts } from './route.ts';

interface Caller {
  deps: { threads: { get(threadId: string): Promise<{ thread: { metadata: JsonObject } }> } };
  request: RequestFacts;
}

interface Found<T> {
  items: T[];
  total: number;
}

interface Search<T> {
  /** Of all that there are. */
  search: (page: { limit: number; offset: number }) => Promise<Found<T>>;
  threadOf: (item: T) => string;
  limit: number;
  offset: number;
}

/** Looked at for one who may not see all. */
const MOST_LOOKED_AT = 5000;

/** A page of those on threads that the caller may see. One whose thread has gone is nobody's. */
export const searchVisible = async <T>(
  { deps: { threads }, request: { filters } }: Caller,
  { search, threadOf, limit, offset }: Search<T>,
): Promise<Found<T>> => {
  const { items, total } = await search(filters ? { limit: MOST_LOOKED_AT, offset: 0 } : { limit, offset });
  const visible: T[] = [];
  for (const item of items) {
    const found = await threads.get(threadOf(item)).catch(unlessGone);
    if (found && (!filters || passesFilters(found.thread.metadata, filters))) visible.push(item);
  }
  return filters
    ? { items: visible.slice(offset, offset + limit), total: visible.length }
    : { items: visible, total };
};

const unlessGone = (error: unknown): undefined => {
  if (!isHoldpointError(error) || error.code !== 'thread_not_found') throw error;
};
