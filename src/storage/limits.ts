import type { AssistantLimits } from '../model/assistant-limits.ts';

/** How much of the workers each assistant may take. */
export interface LimitStore {
  get(assistantId: string): Promise<AssistantLimits | undefined>;
  /** In place of those before; its runs that wait get the priority. */
  put(input: { assistantId: string; limits: AssistantLimits; by: string; at: string }): Promise<void>;
  /** False when there were none. */
  remove(assistantId: string): Promise<boolean>;
  /**
   * Makes the transaction follow every other that claims a run of the assistant, if that has a limit. `full`: it has as
   * many at work as it may; `none`: it has no limit.
   */
  enter(assistantId: string): Promise<'none' | 'room' | 'full'>;
}
