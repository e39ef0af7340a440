import type { Effect, EffectOutcome } from '../model/effect.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { threadNotFound } from '../model/not-found.ts';
import { isoTime } from '../model/clock.ts';
import type { LifecycleDeps } from './deps.ts';

export interface ResolveEffectInput {
  threadId: string;
  key: string;
  happened: boolean;
  /** What the graph is given when it happened. */
  result: Json;
  /** Who says so. */
  actor: string;
}

export type ResolveEffect = (input: ResolveEffectInput) => Promise<Effect>;

/**
 * Says of an effect in doubt whether it happened, with its line in the session log in the same transaction.
 * @throws {HoldpointError} `thread_not_found`; `effect_not_found`; `invalid_transition` when it is not in doubt, when a
 * question about it waits, or while somebody holds the thread.
 */
export const createResolveEffect = ({ storage, clock }: LifecycleDeps): ResolveEffect => {
  return async ({ threadId, key, happened, result, actor }) => {
    if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
    const effect = await storage.effects.get(threadId, key);
    if (!effect) throw notFound(threadId, key);
    if (effect.state !== 'intended') throw refused(effect, `it is ${effect.state}`);
    if (await isAsked(storage, effect)) throw refused(effect, 'a question about it waits: answer that');
    const at = isoTime(clock);
    const resolved = await storage.effects.resolve({
      threadId,
      key,
      outcome: outcomeOf(happened, result, actor),
      at,
      log: (ledger) =>
        ledger.log.append({
          threadId,
          runId: effect.runId,
          at,
          actor,
          kind: 'effectResolved',
          from: null,
          to: null,
          detail: { key, name: effect.name, happened },
        }),
    });
    if (!resolved) throw refused(effect, 'a run is at work on the thread, or somebody was quicker');
    return (await storage.effects.get(threadId, key)) ?? effect;
  };
};

const outcomeOf = (happened: boolean, result: Json, by: string): EffectOutcome =>
  happened ? { state: 'done', result } : { state: 'failed', error: `${by} said that it had not happened` };

/** Whether the graph itself waits for a person's word on it. */
const isAsked = async ({ approvals }: LifecycleDeps['storage'], effect: Effect): Promise<boolean> => {
  const query = { status: 'waiting' as const, threadId: effect.threadId, limit: 100, offset: 0 };
  const { items } = await approvals.search(query);
  return items.some(({ payload }) => keyAsked(payload) === effect.key);
};

const keyAsked = (payload: string): unknown => {
  const question = JSON.parse(payload) as { effect_in_doubt?: { key?: unknown } } | null;
  return question?.effect_in_doubt?.key;
};

const notFound = (threadId: string, key: string): HoldpointError =>
  new HoldpointError('effect_not_found', `Thread ${threadId} has no effect ${key}`, {
    details: { thread_id: threadId, effect_key: key },
  });

const refused = ({ key, state }: Effect, why: string): HoldpointError =>
  new HoldpointError('invalid_transition', `Effect ${key} cannot be resolved: ${why}.`, {
    details: { effect_key: key, state },
  });
