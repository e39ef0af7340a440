import { presentRun } from '../model/run-view.ts';
import type { RunState } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Ledger, MoveRun, ThreadPatch } from '../storage/ports.ts';

export interface Closing {
  run: Run;
  /** The state it has come to, which no transition leaves. */
  to: RunState;
  at: string;
  reason?: string | null;
  set?: MoveRun['set'];
  thread?: Pick<ThreadPatch, 'interrupts'>;
}

/**
 * What belongs to the end of a run: its webhook is on its way, and a thread that came with it goes out of sight
 * unless a question waits there. To be called in the transaction of the end.
 */
export const closeRun = async (ledger: Ledger, closing: Closing): Promise<void> => {
  const { run, to, at } = closing;
  if (run.kwargs.on_completion === 'delete' && to !== 'interrupted') {
    await ledger.threads.retire({ threadId: run.threadId, endedMs: Date.parse(at) });
  }
  const { webhook } = run.kwargs;
  // A run that is undone is told nobody of: it never was.
  if (webhook === undefined || (run.desired === 'rollback' && to === 'cancelled')) return;
  await ledger.outbound.enqueue({
    outboundId: `run-${run.runId}`, // a run ends once
    kind: 'run.webhook',
    url: webhook,
    body: await webhookBody(ledger, closing),
    threadId: run.threadId,
    runId: run.runId,
    now: Date.parse(at),
  });
};

const valuesOf = async (ledger: Ledger, { run, to, thread }: Closing): Promise<object | null> => {
  const last = await ledger.threads.values(run.threadId);
  const values = JSON.parse(last?.values ?? 'null') as object | null;
  if (to !== 'interrupted') return values;
  return { ...values, __interrupt__: Object.values(thread?.interrupts ?? {}).flat() };
};

/** The run with the values that `wait` would answer. */
const webhookBody = async (ledger: Ledger, closing: Closing): Promise<unknown> => {
  const { run, to, at, reason = null, set } = closing;
  const failure = set?.failure ?? null;
  return {
    ...presentRun({ ...run, state: to, since: at, reason, failure, updatedAt: at }),
    run_started_at: run.attempt > 0 ? run.since : null,
    run_ended_at: at,
    webhook_sent_at: at,
    values: await valuesOf(ledger, closing),
    ...(failure && { error: { error: failure.error, message: failure.message } }),
  };
};
