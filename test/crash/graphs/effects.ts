import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunnableConfig } from '@langchain/core/runnables';

/** Something a node did to the world: a line in the file that EFFECTS_FILE names. */
export interface Effect {
  threadId: string;
  runId: string;
  /** The task LangGraph gave: a repeated step keeps it. */
  task: string;
  what: string;
  at: number;
  /** The process that did it. */
  pid: number;
}

/** Does the effect now, for good. */
export const effect = (config: RunnableConfig, what: string): void => {
  const { thread_id: threadId, run_id: runId } = config.configurable as Record<string, string>;
  const task = String(config.metadata?.['langgraph_checkpoint_ns']);
  const line = JSON.stringify({ threadId, runId, task, what, at: Date.now(), pid: process.pid });
  appendFileSync(process.env['EFFECTS_FILE'] ?? '/dev/null', `${line}\n`);
};

/** The file whose being there lets go on what waits in a node: of one thread, or of all that wait for no thread's. */
export const gateOf = (effectsFile: string, threadId = ''): string => `${effectsFile}.go${threadId}`;

/** Waits until somebody makes the gate's file. */
export const untilLetGo = async (threadId?: string): Promise<void> => {
  while (!existsSync(gateOf(process.env['EFFECTS_FILE'] ?? '/dev/null', threadId))) await wait(5);
};

/** Waits, whatever it is told, until the gate of its own thread is open. */
export const untilOwnGate = ({ configurable }: RunnableConfig): Promise<void> =>
  untilLetGo(String(configurable?.['thread_id']));

/** Whether that effect was done before, by whatever process. */
export const wasDone = (config: RunnableConfig, what: string): boolean => {
  const file = process.env['EFFECTS_FILE'] ?? '/dev/null';
  const { thread_id: threadId } = config.configurable as Record<string, string>;
  return (
    existsSync(file) &&
    readFileSync(file, 'utf8')
      .split('\n')
      .some((line) => line.includes(`"what":"${what}"`) && line.includes(`"threadId":"${threadId}"`))
  );
};
