import { inTheirDialects } from '../model/approval-dialects.ts';
import type { Assistant } from '../model/assistant.ts';
import { isoTime } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { laneOf } from '../model/lane.ts';
import { isActive } from '../model/run-state.ts';
import { pushConfigOf, type NewPushConfig } from '../model/push-config.ts';
import type { MultitaskStrategy, Run, RunKwargs } from '../model/run.ts';
import type { Thread } from '../model/thread.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import type { Once } from './once.ts';
import { readBy } from './thread-graph.ts';
import { addressCommand, takeAnswers, type TakenDecision } from './take-answers.ts';

export interface LaunchRunInput {
  threadId: string;
  /** An assistant's id, or a graph's. */
  assistantId: string;
  kwargs: RunKwargs;
  metadata: JsonObject;
  multitaskStrategy: MultitaskStrategy;
  actor: string;
  /** Where somebody hears of it from the first. */
  push?: NewPushConfig | undefined;
  /** Who said what, where the answers in `kwargs.command` are decisions. */
  decisions?: TakenDecision[] | undefined;
  /** Of the request, for `configurable`: they are the caller's and do not stay with the thread. */
  headers?: Record<string, string>;
  /** Who asks, for `configurable`, whatever the caller says of it; nor does that stay with the thread. */
  identity?: Record<string, unknown>;
  /** Where there is no such thread: refuse (the default), make it, or make one that goes when the run has ended. */
  ifNoThread?: 'refuse' | 'create' | 'temporary';
  /** However often it is asked, one run is started. */
  once?: Once | undefined;
}

export interface Launch {
  input: LaunchRunInput;
  assistant: Assistant;
}

interface Addition extends Launch {
  thread: Thread;
  /** No unfinished run of the thread is before it: it is offered at once. */
  first?: boolean;
}

/**
 * Inserts a run with its lines in the log, and marks the questions it answers as decided.
 * @returns the run, and whether it is in the queue
 */
export const addRun = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { input, assistant, thread, first = false }: Addition,
): Promise<{ run: Run; offered: boolean }> => {
  const { command, answers } = addressCommand(input.kwargs.command, thread);
  if (deps.settings.approvalDialects) inTheirDialects(answers, thread.interrupts);
  const kwargs = { ...input.kwargs, command };
  const run = newRun(deps, { input: { ...input, kwargs }, assistant, thread });
  const { actor, decisions, push } = input;
  await takeAnswers(ledger, { run, answers, actor, decisions, newId: deps.newId });
  const lane = laneOf({ run, assistant, actor }, deps.settings.fairBy);
  const offered = await ledger.runs.insert(run, { lane, first });
  if (push) await ledger.pushConfigs.put(pushConfigOf(run, { ...push, createdAt: run.createdAt }));
  await recordLaunch(ledger, { run, assistant, thread, input });
  return { run, offered };
};

const newRun = (
  { newId, clock }: LifecycleDeps,
  { input, assistant, thread }: { input: LaunchRunInput; assistant: Assistant; thread: Thread },
): Run => {
  const at = isoTime(clock);
  const { kwargs, once } = input;
  const configurable = {
    ...thread.config.configurable,
    ...input.headers,
    ...kwargs.config.configurable,
    ...input.identity,
  };
  return {
    runId: once?.id ?? newId(),
    threadId: input.threadId,
    assistantId: assistant.assistantId,
    state: 'pending',
    desired: 'run',
    attempt: 0,
    spent: 0,
    multitaskStrategy: input.multitaskStrategy,
    kwargs: {
      ...kwargs,
      config: { ...kwargs.config, configurable },
      ...(thread.temporary && { on_completion: 'delete' as const }),
    },
    metadata: { ...assistant.metadata, ...thread.metadata, ...input.metadata },
    failure: null,
    reason: null,
    pauseId: null,
    resume: null,
    fenceFloor: thread.fence,
    dueMs: kwargs.after_seconds ? clock.now() + Math.ceil(kwargs.after_seconds * 1000) : 0,
    deadlineMs: null,
    requestHash: once?.requestHash ?? null,
    since: at,
    createdAt: at,
    updatedAt: at,
  };
};

/** What the run says of the configuration stays with the thread: an answer given without it finds it again. */
const recordLaunch = async (
  ledger: Ledger,
  { run, assistant, thread, input }: Launch & { run: Run; thread: Thread },
): Promise<void> => {
  const { graphId, assistantId } = assistant;
  const configurable = { ...thread.config.configurable, ...input.kwargs.config.configurable };
  const standing = thread.lifecycle?.state;
  /** Another run, which this one waits for, rests: that is what the thread shows. */
  const rests = standing === 'paused' || standing === 'stopped';
  await ledger.threads.patch(run.threadId, {
    ...(thread.graphId === null && readBy(thread, assistant)),
    ...(Object.keys(configurable).length > 0 && { config: { ...thread.config, configurable } }),
    ...(!rests && { status: 'busy' }),
    updatedAt: run.createdAt,
    ...(rests || (standing !== undefined && isActive(standing))
      ? {}
      : { lifecycle: { state: 'pending', since: run.createdAt, reason: null, pauseId: null } }),
  });
  await ledger.log.append({
    threadId: run.threadId,
    runId: run.runId,
    at: run.createdAt,
    actor: input.actor,
    kind: 'launch',
    from: null,
    to: 'pending',
    detail: { assistant_id: assistantId, graph_id: graphId },
  });
};
