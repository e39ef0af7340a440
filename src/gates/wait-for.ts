import { GraphInterrupt, interrupt, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { Arrival, EventPlace, RunHandle, WaitTerms } from '../model/run-handle.ts';
import { isJson, isKeepable, isObject } from './json.ts';
import { inOwnTask, storedSoFar } from './own-task.ts';
import { runPlace } from './run-place.ts';

export interface WaitOptions {
  /** What the event's data must say, by path: `{ 'order.id': 7 }`. */
  match?: Record<string, unknown>;
  /** From when on events count. Left out, from the beginning of the step. */
  since?: Date | string | number;
  /** How long, from the beginning of the step, until {@link WaitExpiredError} is thrown. Left out or `Infinity`: for ever. */
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
 * @throws {TypeError} when nothing can be waited for so: no event, `match`, time or duration.
 * @example
 * const { url } = await waitFor<{ url: string }>('redis_ready', { match: { region: 'eu' } });
 */
export const waitFor = async <T = unknown>(event: string, options: WaitOptions = {}): Promise<T> => {
  const { match, ...times } = checked(event, options);
  const { config, handle } = runPlace(options.config);
  if (!handle) return interrupt<unknown, T>({ waiting_for: event, ...(options.match && { match }) });
  const execution = executionOf(config);
  const wait = { ...placeOf(event, config, execution.waits++), event, match, ...times };
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
  wait: WaitTerms,
  after: EventPlace | null,
): Promise<Arrival | null> => {
  const arrival = await handle.arrived(wait, after);
  if (arrival === undefined) throw new GraphInterrupt([]);
  return arrival;
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

/** The longest type of an event that can be sent. */
const LONGEST_EVENT = 200;

/** What is waited for and how long, if an event can ever be that. */
const checked = (
  event: unknown,
  { match = {}, since, timeoutMs = Infinity }: WaitOptions,
): Pick<WaitTerms, 'match' | 'sinceMs' | 'timeoutMs'> => {
  const sinceMs = since === undefined ? null : new Date(since).getTime();
  if (!isKeepable(event) || event.length > LONGEST_EVENT)
    throw new TypeError(`waitFor takes the type of an event: a text of 1 to ${LONGEST_EVENT} characters`);
  if (!isObject(match) || !isJson(match)) throw new TypeError('the match of waitFor must be a JSON object');
  if (Number.isNaN(sinceMs)) throw new TypeError('the since of waitFor is no time');
  return { match, sinceMs, timeoutMs: duration(timeoutMs) };
};

/** Null: for ever. */
const duration = (timeoutMs: unknown): number | null => {
  if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs))
    throw new TypeError('the timeoutMs of waitFor must be a number');
  return timeoutMs < FOR_EVER_MS ? timeoutMs : null;
};

/** A thousand years: a time after that cannot be told. */
const FOR_EVER_MS = 1000 * 365 * 24 * 60 * 60 * 1000;

/** Where it is waited: the same at every replay of the step. */
const placeOf = (
  event: string,
  { configurable = {} }: LangGraphRunnableConfig,
  nth: number,
): Pick<WaitTerms, 'key' | 'begins'> => {
  const { checkpoint_ns: here = '', __pregel_task_id: task = '', checkpoint_map: map } = configurable;
  const [ns, id] = Object.entries(isObject(map) ? map : {}).at(-1) ?? [];
  return {
    key: `${String(here)}|${String(task)}|${nth}|${event}`,
    begins: ns !== undefined && typeof id === 'string' ? { ns, id } : null,
  };
};
