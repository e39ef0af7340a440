import type { Lease } from '../model/lease.ts';
import type { PartialOutput } from '../model/partial-output.ts';

/** What models had said when their step was cut; one row for a thread. */
export interface PartialStore {
  /**
   * In the place of what was kept before; without messages nothing is kept. On disk when it resolves.
   * @throws {LeaseLostError} when the lease is no longer the thread's.
   */
  save(output: PartialOutput, lease: Lease): Promise<void>;
  get(threadId: string): Promise<PartialOutput | undefined>;
}
