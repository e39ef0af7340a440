import type { LogToolRuns } from '../engine/tool-run-log.ts';
import { isoTime } from '../model/clock.ts';
import type { Lease } from '../model/lease.ts';
import { toolRunDetail, type ToolRun } from '../model/tool-run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';

/**
 * Writes a line of the session log for each tool call that ran: by whose decision, with which arguments, and what came
 * of it. Nothing is written when the lease is lost: the new owner finds the calls in the state, and tells of them.
 */
export const createLogToolRuns = ({ storage, clock }: LifecycleDeps) => {
  return ({ lease, runId }: { lease: Lease; runId: string }): LogToolRuns =>
    async (ran, checked) => {
      const { threadId } = lease;
      await storage.transaction(async (ledger) => {
        if (!(await ledger.threads.holds(lease))) return;
        const news = checked ? await untold(ledger, { threadId, ran }) : ran;
        for (const run of news) {
          const actor = run.decidedBy ?? (run.by === 'policy' ? 'policy' : 'user');
          const detail = toolRunDetail(run);
          const at = isoTime(clock);
          await ledger.log.append({ threadId, runId, at, actor, kind: 'tool', from: null, to: null, detail });
        }
      });
      storage.signals.publish({ kind: 'thread', threadId });
    };
};

/** Those at the end that no line tells of: what an attempt ran before it died. */
const untold = async (
  ledger: Ledger,
  { threadId, ran }: { threadId: string; ran: ToolRun[] },
): Promise<ToolRun[]> => {
  const lines = await ledger.log.read(threadId);
  const told = lines.filter(({ kind }) => kind === 'tool').map(({ detail }) => detail?.['tool_call_id']);
  // Ids of calls may repeat: each line tells of one call.
  const last = ran.findLastIndex(({ toolCallId }, at) => {
    const ofId = ran.slice(0, at + 1).filter((run) => run.toolCallId === toolCallId).length;
    return told.filter((id) => id === toolCallId).length >= ofId;
  });
  return ran.slice(last + 1);
};
