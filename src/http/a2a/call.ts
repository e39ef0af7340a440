import type { AgentCard, Task } from '@a2a-js/sdk';
import type { Assistant } from '../../model/assistant.ts';
import { ownMetadata, passesFilters } from '../../model/auth-filter.ts';
import { runNotFound } from '../../model/not-found.ts';
import type { HoldpointError } from '../../model/errors.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { check } from '../bounds.ts';
import { told } from '../middleware/errors.ts';
import type { RequestFacts } from '../route.ts';
import { Uuid } from '../schemas.ts';
import { agentCard } from './agent-card.ts';
import type { A2aDeps } from './deps.ts';
import { asRefusal, refusal, RPC_CODES } from './refusals.ts';
import type { Sdk } from './sdk.ts';
import { viewTask } from './task-view.ts';

/** One request of one agent. */
export interface Call {
  sdk: Sdk;
  deps: A2aDeps;
  assistant: Assistant;
  request: RequestFacts;
  /** `1.0` or `0.3`. */
  protocol: string;
}

/** What a task is shown with. */
interface Showing {
  historyLength?: number | undefined;
  /** The default is true. */
  artifacts?: boolean;
}

/** Does what an agent asked for; what is refused is refused in the protocol's words. Nothing of what is not ours is told. */
export const guarded = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof call.sdk.errors.JsonRpcTransportError) throw error;
    throw asRefusal(call.sdk, toldOf(call, error));
  }
};

/** What may be told of a call that failed. */
export const toldOf = (
  { deps, request }: { deps: { log: Logger }; request: RequestFacts },
  thrown: unknown,
): HoldpointError => told(thrown, { log: deps.log, requestId: request.requestId });

/**
 * A task of this assistant that the caller may see.
 * @throws {HoldpointError} `run_not_found`.
 */
export const findTask = async ({ deps, assistant, request }: Call, id: string): Promise<AgentTask> => {
  const runId = check(Uuid, id);
  if (!runId.success) throw runNotFound(id);
  const task = await deps.tasks.get(runId.data);
  if (task.root.assistantId !== assistant.assistantId) throw runNotFound(id);
  const { thread } = await deps.threads.get(task.root.threadId);
  if (request.filters && !passesFilters(thread.metadata, request.filters)) throw runNotFound(id);
  return task;
};

/** What a thread is to say of itself so that its maker sees it. */
export const ownedBy = ({ request }: Call): Record<string, unknown> =>
  request.filters ? ownMetadata(request.filters) : {};

export const showTask = async (call: Call, task: AgentTask, showing: Showing = {}): Promise<Task> => {
  const { deps, sdk } = call;
  const { historyLength, artifacts = true } = showing;
  const { current } = task;
  const wantsValues = historyLength !== 0 || (artifacts && current.state === 'success');
  const values = wantsValues ? (JSON.parse(await deps.runResult(current)) as unknown) : undefined;
  const view = viewTask({ task, pause: await deps.pauseOf(current), values, historyLength });
  return sdk.types.Task.fromJSON(artifacts ? view : { ...view, artifacts: [] });
};

/** The card of the assistant that is called. */
export const cardOf = ({ assistant, deps, request, sdk }: Call): AgentCard =>
  sdk.types.AgentCard.fromJSON(agentCard({ assistant, version: deps.version, headers: request.headers }));

export const malformed = ({ sdk }: Call, message: string, field: string): Error =>
  refusal(sdk, { code: RPC_CODES.invalidParams, message, data: { field } });

/** The protocol's error for what a task does not take in the state it is in. */
export const notNow = (call: Call, { root, current }: AgentTask, doing: string): Error =>
  refusal(call.sdk, {
    code: RPC_CODES.unsupportedOperation,
    message: `Task ${root.runId} is ${current.state}: ${doing}`,
    data: { code: 'invalid_transition', task_id: root.runId, state: current.state },
  });
