import { appendFileSync } from 'node:fs';
import type { RunnableConfig } from '@langchain/core/runnables';

/** Something a node did to the world: a line in the file that EFFECTS_FILE names. */
export interface Effect {
  threadId: string;
  runId: string;
  /** The task LangGraph gave: a repeated step keeps it. */
  task: string;
  what: string;
  at: number;
}

/** Does the effect now, for good. */
export const effect = (config: RunnableConfig, what: string): void => {
  const { thread_id: threadId, run_id: runId } = config.configurable as Record<string, string>;
  const task = String(config.metadata?.['langgraph_checkpoint_ns']);
  const line = JSON.stringify({ threadId, runId, task, what, at: Date.now() });
  appendFileSync(process.env['EFFECTS_FILE'] ?? '/dev/null', `${line}\n`);
};
