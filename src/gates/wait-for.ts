import { GraphInterrupt, interrupt, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { Arrival, EventPlace, RunHandle, Wait } from '../model/run-handle.ts';
import { isObject } from './json.ts';
import { inOwnTask, storedSoFar } from './own-task.ts';
import { runPlace } from './run-place.ts';

export interface WaitOptions {
  /** What the event's data must say, by path: `{ 'order.id': 7 }`. */
  match?: Record<string, unknown>;
  /** From when on events count. Left out, from the beginning of the step. */
  since?: Date | string | number;
  /** How long, from the beginning of the step, until {@link WaitExpiredError} is thrown. Left out: for ever. */
  timeoutMs?: number;
  config?: LangGraphRunnableConfig;
}

/** What was waited for has not come in time. */
export class WaitExpiredError extends Error {
  override name = 'WaitExpiredError';

  constructor(event: string) {
    super(`"${event}" has not come in time.`);
  }
}

/**
 * Waits for an event from outside (`POST /events`), for as long as it takes: the run is paused with the event as its
 * condition, which costs rows and no memory, and the step is run again when it has come. Answers the event's data; when
 * a person resumes the run without the event, what they gave as `data`. An event that came after the step had begun is
 * not missed. Waiting again for the same event in one step waits for the next one.
 *
 * What comes before it in the step is done again: put it into a step before, or into `effect`. What it throws to end the
 * step must not be caught. Under plain LangGraph it is a question, `{ waiting_for: event }`, whose answer is the data.
 *
 * @throws {WaitExpiredError}
 * @example
 * const { url } = await waitFor<{ url: string }>('redis_ready', { match: { region: 'eu' } });
 */
export const waitFor = async <T = unknown>(event: string, options: WaitOptions = {}): Promise<T> => {
  const { config, handle } = runPlace(options.config);
  if (!handle)
    return interrupt<unknown, T>({ waiting_for: event, ...(options.match && { match: options.match }) });
  const execution = executionOf(config);
  const wait = toWait(event, options, { config, nth: execution.waits++ });
  const arrival = await inOwnTask(`wait for ${event}`, config, () =>
    arrivalOf(handle, wait, execution.after),
  );
  await storedSoFar(config);
  if (arrival === null) throw new WaitExpiredError(event);
  execution.after = arrival.place ?? execution.after;
  return arrival.data as T;
};

/** Ends the step unless it has come; null when it is given up. */
const arrivalOf = async (
  handle: RunHandle,
  wait: Wait,
  after: EventPlace | null,
): Promise<Arrival | null> => {
  const arrival = await handle.arrived(wait, after);
  if (arrival) return arrival;
  if (wait.expiresMs !== null && wait.expiresMs <= Date.now()) return null;
  handle.mustWait(wait);
  throw new GraphInterrupt([]);
};

interface Execution {
  /** How often this execution of the step has waited so far. */
  waits: number;
  after: EventPlace | null;
}

/** By the scratchpad, of which LangGraph makes one for each execution of a task. */
const executions = new WeakMap<object, Execution>();

const executionOf = ({ configurable }: LangGraphRunnableConfig): Execution => {
  const scratchpad: unknown = configurable?.['__pregel_scratchpad'];
  const known = isObject(scratchpad) ? executions.get(scratchpad) : undefined;
  const execution = known ?? { waits: 0, after: null };
  if (isObject(scratchpad)) executions.set(scratchpad, execution);
  return execution;
};

const toWait = (
  event: string,
  { match = {}, since, timeoutMs }: WaitOptions,
  { config, nth }: { config: LangGraphRunnableConfig; nth: number },
): Wait => {
  const { checkpoint_ns: ns = '', __pregel_task_id: task = '' } = config.configurable ?? {};
  const begun = stepBegan(config);
  return {
    key: `${String(ns)}|${String(task)}|${nth}|${event}`,
    event,
    match,
    sinceMs: since === undefined ? begun : new Date(since).getTime(),
    expiresMs: timeoutMs === undefined ? null : begun + timeoutMs,
  };
};

/** When the checkpoint was written that the step begins with: the same at every replay. */
const stepBegan = ({ configurable }: LangGraphRunnableConfig): number => {
  const map: unknown = configurable?.['checkpoint_map'];
  const id = isObject(map) ? Object.values(map).at(-1) : undefined;
  return typeof id === 'string' ? timeOfId(id) : Date.now();
};

/** Checkpoint ids are UUIDs of version 6, which begin with their time in steps of 100 ns since 1582. */
const timeOfId = (id: string): number => {
  const hex = id.replaceAll('-', '');
  const ticks = BigInt(`0x${hex.slice(0, 12)}${hex.slice(13, 16)}`);
  return Number((ticks - 0x01b21dd213814000n) / 10_000n);
};
