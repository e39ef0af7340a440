import type { StreamResponse } from '@a2a-js/sdk';
import type { ObservedEvent } from '../../lifecycle/read-events.ts';
import { isRecord } from '../../model/json.ts';
import { isActive } from '../../model/run-state.ts';
import type { AgentTask } from '../../resources/tasks.ts';
import { findTask, showTask, type Call } from './call.ts';
import { RESULT, textOf } from './task-view.ts';

/**
 * A task as it is, then what becomes of it until it rests: its states, and what the model says as it says it. The text
 * grows in one artifact, which a later message of the model begins anew; in the end it is the result.
 */
export async function* followTask(call: Call, id: string): AsyncGenerator<StreamResponse> {
  const { deps, request, sdk } = call;
  const toStream = (event: object): StreamResponse => sdk.types.StreamResponse.fromJSON(event);
  let task = await findTask(call, id);
  yield { payload: { $case: 'task', value: await showTask(call, task) } };
  while (isActive(task.current.state)) {
    const said = new Said(task);
    let told = task.current.state !== 'pending';
    for await (const page of deps.followRun({ run: task.current, signal: request.signal })) {
      if (!told) yield await statusUpdate(call, await findTask(call, id));
      told = true;
      yield* page.flatMap((event) => said.updates(event)).map(toStream);
    }
    if (request.signal.aborted) return;
    const followed = task.current.runId;
    task = await findTask(call, id);
    if (isActive(task.current.state) && task.current.runId === followed) continue;
    yield* ended(call, task);
  }
}

/** The whole result, then the state. */
async function* ended(call: Call, task: AgentTask): AsyncGenerator<StreamResponse> {
  const shown = await showTask(call, task, { historyLength: 0 });
  const { id: taskId, contextId, artifacts } = shown;
  for (const artifact of artifacts) {
    const whole = { append: false, lastChunk: true, metadata: undefined };
    yield { payload: { $case: 'artifactUpdate', value: { taskId, contextId, artifact, ...whole } } };
  }
  yield await statusUpdate(call, task);
}

const statusUpdate = async (call: Call, task: AgentTask): Promise<StreamResponse> => {
  const {
    id: taskId,
    contextId,
    status,
    metadata,
  } = await showTask(call, task, {
    historyLength: 0,
    artifacts: false,
  });
  return { payload: { $case: 'statusUpdate', value: { taskId, contextId, status, metadata } } };
};

/** What the model says, piece by piece. */
class Said {
  readonly #task: AgentTask;
  #messageId: unknown;

  constructor(task: AgentTask) {
    this.#task = task;
  }

  /** The event as an update of the artifact, if the model says something in it. */
  updates({ event, data }: ObservedEvent): object[] {
    if (event !== 'messages') return [];
    const [message] = JSON.parse(data) as unknown[];
    if (!isRecord(message) || message['type'] !== 'ai') return [];
    const text = textOf(message['content']);
    if (text === '') return [];
    const append = message['id'] === this.#messageId;
    this.#messageId = message['id'];
    const { runId: taskId, threadId: contextId } = this.#task.root;
    const artifact = { ...RESULT, parts: [{ text }] };
    return [{ artifactUpdate: { taskId, contextId, append, lastChunk: false, artifact } }];
  }
}
