import { isGraphBubbleUp, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { EffectBook, EffectOutcome, EffectStanding, InDoubtRule } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import { derivedKey, effectPlace, type EffectPlace } from './effect-context.ts';
import { askDoubt, skipAnswers } from './effect-question.ts';
import { isKeepable } from './json.ts';
import { inOwnTask, storedSoFar } from './own-task.ts';

/** What `run` and `verify` are given. */
export interface EffectRun {
  /** To be handed to the target, so that it can tell a repetition. The same at every replay. */
  key: string;
  signal: AbortSignal | undefined;
}

/** What the outside world says: it happened, and with which result; it did not; or (undefined) there is no telling. */
export type Verified<T extends Json> = { happened: true; result: T } | { happened: false } | undefined;

export interface EffectOptions<T extends Json> {
  name: string;
  /** By which the effect is known, once for the whole thread. Left out, it is derived from the place in the graph. */
  key?: string;
  /** Does it. What it returns must be JSON. {@link NotHappened} thrown means that it is sure not to have happened. */
  run: (given: EffectRun) => Promise<T>;
  /** Asks the outside world whether it happened. */
  verify?: (given: EffectRun & { intendedAt: string | null }) => Promise<Verified<T>>;
  /**
   * What is done when only the intent is known and `verify` cannot tell: `retry` (the target knows the repetition by its
   * key), `hold` (ask a person; the default) or `fail`.
   */
  onInDoubt?: Exclude<InDoubtRule, 'verify'>;
  /** What the effect is about, for the person who is asked; it is part of a derived key. */
  args?: Record<string, unknown>;
}

/** To be thrown by the `run` of an effect when it is sure that nothing has happened: it may be done again. */
export class NotHappened extends Error {
  override name = 'NotHappened';
}

/** Nobody knows whether the effect happened, and it is not done again. */
export class EffectInDoubtError extends Error {
  override name = 'EffectInDoubtError';
  readonly key: string;

  constructor(name: string, key: string, why: string) {
    super(`It is not known whether "${name}" happened (key ${key}), and it was not done again: ${why}.`);
    this.key = key;
  }
}

/**
 * A side effect on the world outside of the graph, to be called in a node or a tool. Under Holdpoint, with durability
 * `sync`: the intent is on disk before `run` begins and the result before it is returned; a recorded result is returned
 * and not repeated, however often the step is run; an effect that was under way when its process died is `verify`'d,
 * or treated as `onInDoubt` says, and never silently repeated. The result is what JSON makes of it.
 *
 * Under plain LangGraph there is no ledger: the key is the same at every replay, a result is not repeated when its node
 * is run again for a question, and `verify` is asked before each `run`; without it a step that died is done again.
 *
 * In a tool give it the tool's `config`, which knows the call. What `run` throws is thrown on, and kept.
 *
 * @throws {TypeError} when the ledger could not keep its name or key.
 * @throws {EffectInDoubtError} with `fail`, or when a person says to leave it.
 * @example
 * const id = await effect({ name: 'charge', args: { order }, run: ({ key }) => charge(order, { idempotencyKey: key }) });
 */
export const effect = async <T extends Json>(
  options: EffectOptions<T>,
  config?: LangGraphRunnableConfig,
): Promise<T> => {
  requireName('name', options.name);
  const place = effectPlace(config);
  const key = options.key ?? derivedKey(place, options.name, options.args);
  requireName('key', key);
  const { book } = place;
  if (book === undefined) return withoutLedger(options, place, key);
  return once(book, key, () => new Performance({ options, place, key, book }).perform());
};

/** As much as an index of Postgres takes. */
const LONGEST_NAME = 2000;

const requireName = (what: string, value: unknown): void => {
  if (isKeepable(value) && new TextEncoder().encode(value).length <= LONGEST_NAME) return;
  throw new TypeError(`the ${what} of an effect must be a text of 1 to ${LONGEST_NAME} bytes`);
};

/** Asked twice within one attempt, an effect is one. */
const underWay = new WeakMap<EffectBook, Map<string, Promise<Json>>>();

const once = <T extends Json>(book: EffectBook, key: string, work: () => Promise<T>): Promise<T> => {
  const known = underWay.get(book) ?? new Map<string, Promise<Json>>();
  underWay.set(book, known);
  const before = known.get(key);
  if (before !== undefined) return before as Promise<T>;
  const performed = work();
  known.set(key, performed);
  performed.catch(() => known.delete(key));
  return performed;
};

/**
 * A task that rejects would end the whole step in LangGraph, though the node catches it: so it says that it failed. One
 * that failed in an earlier run of the node is done anew.
 */
const withoutLedger = async <T extends Json>(
  { name, run, verify }: EffectOptions<T>,
  { config }: EffectPlace,
  key: string,
): Promise<T> => {
  for (;;) {
    let thrown: { error: unknown } | undefined;
    const outcome = await inOwnTask(name, config, async ({ signal }) => {
      try {
        const found = await verify?.({ key, signal, intendedAt: null });
        return { result: found?.happened === true ? found.result : asJson(await run({ key, signal })) };
      } catch (error) {
        if (signal?.aborted === true || isStop(error)) throw error;
        thrown = { error };
        return { failed: true };
      }
    });
    if (outcome.result !== undefined) return outcome.result;
    if (thrown !== undefined) throw thrown.error;
  }
};

/** LangGraph's own ways to stop. */
const isStop = (error: unknown): boolean => error instanceof Error && isGraphBubbleUp(error);

interface Performed<T extends Json> {
  options: EffectOptions<T>;
  place: EffectPlace;
  key: string;
  book: EffectBook;
}

/** One effect of one attempt, against the ledger. */
class Performance<T extends Json> {
  readonly #options: EffectOptions<T>;
  readonly #place: EffectPlace;
  readonly #key: string;
  readonly #book: EffectBook;

  constructor({ options, place, key, book }: Performed<T>) {
    this.#options = options;
    this.#place = place;
    this.#key = key;
    this.#book = book;
  }

  async perform(): Promise<T> {
    const standing = await this.#begin();
    // LangGraph counts the questions of a node that its retry policy runs again on from those before.
    const used = this.#place.nodeAttempt > 1 ? 0 : standing.answers;
    skipAnswers(used, this.#place.config);
    if (standing.state === 'in_doubt') return this.#resolve(standing);
    return standing.state === 'done' ? (standing.result as T) : this.#run();
  }

  #begin(): Promise<EffectStanding> {
    const { name, verify, onInDoubt = 'hold' } = this.#options;
    const { checkpointNs, taskId, toolCallId } = this.#place;
    const rule = verify === undefined ? onInDoubt : 'verify';
    return this.#book.begin({ key: this.#key, name, checkpointNs, taskId, toolCallId, onInDoubt: rule });
  }

  async #run(): Promise<T> {
    let result: T;
    try {
      result = await this.#options.run(this.#given());
    } catch (error) {
      this.#place.config.signal?.throwIfAborted(); // cut: nobody is told what it threw
      const sure = error instanceof NotHappened || isStop(error);
      await this.#settle({ state: sure ? 'failed' : 'intended', error: messageOf(error) });
      throw error;
    }
    return this.#done(result);
  }

  async #done(result: unknown, answers = 0): Promise<T> {
    let kept: T;
    try {
      kept = asJson(result as T);
    } catch (error) {
      await this.#settle({ state: 'done', result: null }, answers);
      throw new TypeError(`"${this.#options.name}" happened, but its result is no JSON`, { cause: error });
    }
    await this.#settle({ state: 'done', result: kept }, answers);
    return kept;
  }

  async #resolve(doubt: EffectStanding & { state: 'in_doubt' }): Promise<T> {
    const { verified, problem } = await this.#verify(doubt.intendedAt);
    if (verified !== undefined)
      return verified.happened ? this.#done(verified.result) : this.#again('it had not happened');
    const { name, onInDoubt = 'hold' } = this.#options;
    if (onInDoubt === 'hold') return this.#ask(doubt, problem);
    if (onInDoubt === 'retry') return this.#run();
    throw new EffectInDoubtError(name, this.#key, problem ?? 'it broke off');
  }

  async #verify(intendedAt: string): Promise<{ verified?: Verified<T>; problem?: string }> {
    try {
      return { verified: await this.#options.verify?.({ ...this.#given(), intendedAt }) };
    } catch (error) {
      this.#place.config.signal?.throwIfAborted();
      return { problem: `it cannot be verified: ${messageOf(error)}` };
    }
  }

  async #ask(
    { intendedAt, error }: EffectStanding & { state: 'in_doubt' },
    problem: string | undefined,
  ): Promise<T> {
    const { name, args = {} } = this.#options;
    const { toolCallId, config } = this.#place;
    const doubt = { key: this.#key, name, toolCallId, args, intendedAt, error: problem ?? error };
    const { answer, answers } = askDoubt(doubt);
    await storedSoFar(config); // the answer is LangGraph's before it counts as used
    if ('leave' in answer) {
      const why = `a person said to leave it${answer.leave === '' ? '' : ` (${answer.leave})`}`;
      await this.#settle({ state: 'intended', error: why });
      throw new EffectInDoubtError(name, this.#key, why);
    }
    return answer.happened
      ? this.#done(answer.result, answers)
      : this.#again('a person said that it had not happened', answers);
  }

  /** It is known not to have happened: from here on it is as if it had never been begun. */
  async #again(why: string, answers = 0): Promise<T> {
    await this.#settle({ state: 'failed', error: why }, answers);
    await this.#begin();
    return this.#run();
  }

  #settle(outcome: EffectOutcome, answers = 0): Promise<void> {
    return this.#book.settle({ key: this.#key, taskId: this.#place.taskId, outcome, answers });
  }

  #given(): EffectRun {
    return { key: this.#key, signal: this.#place.config.signal };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the ledger will give back: returned now, so that a replay sees the same. */
const asJson = <T extends Json>(result: T): T => {
  const text = JSON.stringify(result) as string | undefined;
  return (text === undefined ? null : JSON.parse(text)) as T;
};
