/**
 * Ownership of one thread for a bounded time. `fence` grows with each claim of the thread, so that a stale
 * owner is older than any new one; `token` is random, so that two owners can never be taken for each other
 * even where a counter was issued twice. Every write of a worker proves both.
 */
export interface Lease {
  threadId: string;
  fence: number;
  token: string;
}
