import { setTimeout as sleep } from 'node:timers/promises';
import { AIMessage } from '@langchain/core/messages';
import {
  Annotation,
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { waitFor, WaitExpiredError } from 'holdpoint/gates';
import { familyEvent, isOver, launchSubtask, lookAt, type Subtask, threadOf } from './family.ts';
import { makePlan } from './plan.ts';

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  /** The plan, and how each part of it stood when the coordinator last looked. */
  subtasks: Annotation<Subtask[]>({ reducer: (_, next) => next, default: () => [] }),
  /** When that was (ms since the epoch): what was told since then is worth another look. */
  lookedAt: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
});

type Values = typeof State.State;

const ownThread = ({ configurable }: LangGraphRunnableConfig): string => String(configurable?.['thread_id']);

const plan = async ({ messages }: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const coordinator = ownThread(config);
  const planned = await makePlan(messages, config);
  const of = String(config.configurable?.['run_id']);
  const subtasks = planned.map((part, index) => ({
    ...part,
    threadId: threadOf(coordinator, of, index),
    runId: null,
    status: 'planned',
    reason: null,
    result: null,
  }));
  return { subtasks, lookedAt: Date.now() };
};

/** Each subtask is launched once, however often this step is run. */
const launch = async ({ subtasks }: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const coordinator = ownThread(config);
  const lookedAt = Date.now();
  const launched = await Promise.all(
    subtasks.map(async (task) => ({
      ...task,
      runId: await launchSubtask(coordinator, task, config.signal),
      status: 'queued',
    })),
  );
  return { subtasks: launched, lookedAt };
};

/** Without any word from a subtask it is looked after all the same. */
const LOOK_AGAIN_MS = 60_000;

/** Waits for the server to tell of a subtask, paused: that holds no worker. */
const wait = async ({ lookedAt }: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  try {
    await waitFor(familyEvent(ownThread(config)), { since: lookedAt, timeoutMs: LOOK_AGAIN_MS, config });
  } catch (error) {
    if (!(error instanceof WaitExpiredError)) throw error;
  }
  return {};
};

/** What was being written when it was woken is there after this; what comes later wakes it again. */
const SETTLE_MS = 200;

/** What is held or asks shows here, with its reason; the others go on meanwhile. */
const look = async ({ subtasks }: Values, { signal }: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const lookedAt = Date.now();
  await sleep(SETTLE_MS, undefined, signal ? { signal } : {});
  return { subtasks: await Promise.all(subtasks.map((task) => lookAt(task, signal))), lookedAt };
};

const afterLook = ({ subtasks }: Values): 'wait' | 'consolidate' =>
  subtasks.every(isOver) ? 'consolidate' : 'wait';

/** One report of what came of each part. */
const consolidate = ({ subtasks }: Values): Partial<Values> => {
  const parts = subtasks.map(({ title, persona, status, result, reason }) => {
    const outcome =
      status === 'success' ? (result ?? 'Done.') : `${status}: ${reason ?? 'no reason is known'}`;
    return `## ${title} (${persona})\n\n${outcome}`;
  });
  return { messages: [new AIMessage(parts.join('\n\n'))] };
};

/** What a reader of the session log is shown of a coordinator. */
export const snapshot = ({ messages, subtasks }: Values) => ({
  task: messages.find((message) => message.type === 'human')?.text ?? null,
  progress: subtasks.map(({ title, persona, status, reason }) =>
    [`${title} (${persona}): ${status}`, ...(reason === null ? [] : [reason])].join(', '),
  ),
  artifacts: subtasks.flatMap(({ result }) => (result === null ? [] : [result])),
});

/** A coordinator: plans, launches each part as a run of its own thread, waits without a worker, and puts together. */
export const graph = new StateGraph(State)
  .addNode('plan', plan)
  .addNode('launch', launch)
  .addNode('wait', wait)
  .addNode('look', look)
  .addNode('consolidate', consolidate)
  .addEdge(START, 'plan')
  .addEdge('plan', 'launch')
  .addEdge('launch', 'wait')
  .addEdge('wait', 'look')
  .addConditionalEdges('look', afterLook, ['wait', 'consolidate'])
  .addEdge('consolidate', END)
  .compile();
