import type { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { BaseStore } from '@langchain/langgraph-checkpoint';
import { isRecord } from '../model/json.ts';
import type { AttemptControl } from './attempt-control.ts';
import { callbacksOf } from './model-callbacks.ts';
import { mergeConfig, mergeContext, runIdentity, type ClaimedRun } from './run-config.ts';

interface AttemptParts {
  control: AttemptControl;
  store: BaseStore;
  /** What LangGraph and the gates find in `configurable`, beside what the caller put there. */
  handles: Record<string, unknown>;
  callbacks: BaseCallbackHandler[];
}

/** What LangGraph is given for one attempt of a run, beside its input. */
export const attemptConfig = (claimed: ClaimedRun, { control, store, handles, callbacks }: AttemptParts) => {
  const { run, assistant } = claimed;
  const {
    configurable,
    metadata,
    tags,
    recursion_limit: recursionLimit,
  } = mergeConfig(assistant.config, run.kwargs.config);
  return {
    configurable: { ...configurable, ...runIdentity(claimed), ...handles } as Record<string, unknown>,
    metadata: {
      ...(isRecord(metadata) && metadata),
      ...run.metadata,
      ...runIdentity(claimed),
      run_attempt: run.attempt,
    },
    context: mergeContext(assistant.context, run.kwargs.context),
    store,
    durability: run.kwargs.durability,
    runId: run.runId,
    signal: control.signal,
    control: control.run,
    ...(callbacks.length > 0 && { callbacks: callbacksOf(callbacks) }),
    ...(tags && tags.length > 0 && { tags }),
    ...(recursionLimit !== undefined && { recursionLimit }),
  };
};
