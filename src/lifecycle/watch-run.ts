import type { WatchSink } from '../engine/run-watch.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { capReached, capsOf, costOf, type PauseConditions } from '../model/pause-conditions.ts';
import type { BudgetCaps } from '../model/pause.ts';
import type { Ledger } from '../storage/ports.ts';
import { tellable } from '../telemetry/redact.ts';
import type { LifecycleDeps } from './deps.ts';
import type { RequestPause } from './pause-thread.ts';

type WatchDeps = LifecycleDeps & { requestPause: RequestPause };

/** Who watches an attempt; undefined where its assistant has no conditions. Those at the time of the claim hold. */
export const createWatchRun =
  (deps: WatchDeps) =>
  async (claimed: ClaimedRun): Promise<WatchSink | undefined> => {
    const conditions = await deps.storage.watch.conditions(claimed.run.assistantId);
    if (!conditions) return undefined;
    return { ...meter(deps, claimed, conditions), ...counter(deps, claimed, conditions) };
  };

/**
 * Writes down what each call of a model took before the step goes on, and asks for a pause when the budget is reached:
 * the call that reaches it is the last one of its step.
 */
const meter = (
  deps: WatchDeps,
  { run }: ClaimedRun,
  { context_budget: budget }: PauseConditions,
): Pick<WatchSink, 'spent'> => ({
  spent: async (use) => {
    const { runId, threadId, assistantId } = run;
    const { model, inputTokens, outputTokens } = use;
    const cost = budget ? costOf(use, budget.prices) : 0;
    const usage = {
      runId,
      threadId,
      assistantId,
      model: model ?? '',
      calls: 1,
      inputTokens,
      outputTokens,
      cost,
    };
    const spent = await deps.storage.transaction(
      async (ledger) => {
        await ledger.watch.addUsage(usage);
        return ledger.watch.spent(budget?.per === 'thread' ? { threadId } : { runId });
      },
      { flush: false },
    );
    if (!budget) return false;
    const caps = capsOf(budget, run.resume?.budget);
    const reached = capReached(spent, caps);
    if (reached === undefined) return false;
    return pause(deps, run, {
      reason: `the budget of this ${budget.per} is reached: ${reached}`,
      remedy: { kind: 'raise_budget', spent: { ...spent }, resume: { budget: doubled(caps) } },
    });
  },
});

/** Enough to go on with, as a proposal. */
const doubled = ({ maxTokens, maxCost }: BudgetCaps): JsonObject => ({
  ...(maxTokens !== undefined && { max_tokens: maxTokens * 2 }),
  ...(maxCost !== undefined && { max_cost: maxCost * 2 }),
});

const counter = (
  deps: WatchDeps,
  { run }: ClaimedRun,
  { error_threshold: threshold }: PauseConditions,
): Pick<WatchSink, 'failed'> => ({
  failed: async ({ what, error: message }) => {
    if (!threshold) return false;
    const failure = { what, error: tellable(message) };
    const { runId, threadId } = run;
    const atMs = deps.clock.now();
    const recent = await deps.storage.transaction(
      async (ledger) => {
        await ledger.watch.addFailure({ ...failure, threadId, runId, atMs });
        return recentFailures(ledger, { threadId, threshold, nowMs: atMs, resumedAt: run.resume?.at });
      },
      { flush: false },
    );
    if (recent.length < threshold.count) return false;
    return pause(deps, run, {
      reason: `${recent.length} ${recent.length === 1 ? 'step' : 'steps'} failed, the last in ${failure.what}: ${failure.error}`,
      remedy: { kind: 'look_at_failures', failures: recent, resume: {} },
    });
  },
});

/** What was resumed begins to count anew. */
const recentFailures = async (
  ledger: Ledger,
  {
    threadId,
    threshold,
    nowMs,
    resumedAt,
  }: {
    threadId: string;
    threshold: NonNullable<PauseConditions['error_threshold']>;
    nowMs: number;
    resumedAt: string | undefined;
  },
): Promise<JsonObject[]> => {
  const sinceMs = Math.max(nowMs - threshold.window_ms, resumedAt === undefined ? 0 : Date.parse(resumedAt));
  const found = await ledger.watch.failures({ threadId, sinceMs, limit: threshold.count });
  return found.map(({ what, error, atMs }) => ({ what, error, at: new Date(atMs).toISOString() }));
};

/** False when the run is not to be paused any more. */
const pause = async (
  { requestPause }: WatchDeps,
  { threadId, runId }: ClaimedRun['run'],
  { reason, remedy }: { reason: string; remedy: JsonObject },
): Promise<boolean> => {
  try {
    await requestPause({
      threadId,
      runId,
      actor: 'system',
      cause: 'condition',
      reason: reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason,
      remedy,
    });
    return true;
  } catch (error) {
    if (isHoldpointError(error) && ['invalid_transition', 'thread_not_found'].includes(error.code))
      return false;
    throw error;
  }
};

const LONGEST_REASON = 2000;
