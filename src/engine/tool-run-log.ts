import { toolRunsIn, type ToolRun } from '../model/tool-run.ts';
import type { CheckpointPut } from '../storage/checkpoints.ts';

/** Writes lines of the session log. `checked`: some of them may be there already, and are left out then. */
export type LogToolRuns = (ran: ToolRun[], checked: boolean) => Promise<void>;

interface ToolRunLogDeps {
  /** The attempt goes on where another one, of the same run, may have died before it wrote its lines. */
  goesOn: boolean;
  /** The channel `toolRuns` of a stored checkpoint. */
  channel: (put: { ns: string; id: string }) => Promise<unknown>;
  /** Resolves when what was put so far is on disk. */
  stored: () => Promise<void>;
  log: LogToolRuns;
}

/** Tells the session log of the tool calls that a run's steps ran, from what their checkpoints keep of them. */
export interface ToolRunLog {
  saw(put: CheckpointPut): void;
  /** Resolves when all that was seen is in the log. Rejects when it could not be written. */
  written(): Promise<void>;
}

export const createToolRunLog = ({ goesOn, channel, stored, log }: ToolRunLogDeps): ToolRunLog => {
  /** How many there were before, by namespace; it is known only once the checkpoint before was read. */
  const known = new Map<string, number>();
  let writing = Promise.resolve();

  const begin = async ({ ns, source, parentId }: CheckpointPut, now: ToolRun[]): Promise<number> => {
    if (source !== 'loop' || parentId === undefined) return source === 'loop' ? 0 : now.length;
    const before = toolRunsIn(await channel({ ns, id: parentId }));
    if (goesOn && before.length > 0) await log(before, true);
    return before.length;
  };
  const write = async (put: CheckpointPut, now: ToolRun[]): Promise<void> => {
    const before = known.get(put.ns) ?? (await begin(put, now));
    known.set(put.ns, now.length);
    if (now.length <= before) return;
    await stored();
    await log(now.slice(before), false);
  };
  return {
    saw: (put) => {
      const kept = put.checkpoint.channel_values['toolRuns'];
      if (kept === undefined) return;
      const now = toolRunsIn(kept);
      if (now.length === known.get(put.ns)) return;
      writing = writing.then(() => write(put, now));
      writing.catch(() => {}); // told by written()
    },
    written: () => writing,
  };
};
