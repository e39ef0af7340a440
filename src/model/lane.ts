import type { Assistant } from './assistant.ts';
import { ANYBODY } from './principal.ts';
import type { Run } from './run.ts';

/** Actors that are nobody in particular. */
const NOBODY: readonly string[] = [ANYBODY, 'system', 'event'];

export interface Queued {
  run: Pick<Run, 'metadata'>;
  assistant: Pick<Assistant, 'assistantId'>;
  actor: string;
}

/**
 * Whose a run is, where it waits for a worker: its caller's, where callers are told apart, else its assistant's. With
 * `metadata.<key>` it is first of all that of whom the run's metadata names.
 */
export const laneOf = ({ run, assistant, actor }: Queued, fairBy = 'caller'): string => {
  const named = fairBy.startsWith(BY_METADATA) ? run.metadata[fairBy.slice(BY_METADATA.length)] : undefined;
  if (typeof named === 'string' || typeof named === 'number') return `m:${named}`;
  if (fairBy === 'assistant' || NOBODY.includes(actor)) return `a:${assistant.assistantId}`;
  return `c:${actor}`;
};

const BY_METADATA = 'metadata.';
