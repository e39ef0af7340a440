import { z } from 'zod';
import { CronExpression, nextTime, TimeZone } from './cron-schedule.ts';
import { matches, parsePath } from './json-match.ts';

const Match = z
  .record(z.string(), z.unknown())
  .refine((match) => Object.keys(match).length <= 20, { error: 'may have 20 paths', abort: true })
  .refine((match) => Object.keys(match).every((path) => path.length <= 500 && parsePath(path)), {
    error: 'has a path that cannot be read',
  });

const EventName = z.string().min(1).max(200);

const Leaf = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('manual') }),
  z.strictObject({ type: z.literal('webhook'), event: EventName.optional(), match: Match.optional() }),
  z.strictObject({ type: z.literal('event'), event: EventName, match: Match.optional() }),
  z.strictObject({ type: z.literal('cron'), schedule: CronExpression, timezone: TimeZone.default('UTC') }),
  z.strictObject({ type: z.literal('at'), at: z.iso.datetime({ offset: true }) }),
]);

/** A single condition: by hand, by its webhook, by an event, at a time. */
export type ConditionLeaf = z.output<typeof Leaf>;

/** What must hold for a paused thread to go on. By hand it always may. */
export type ResumeCondition = ConditionLeaf | { any: ResumeCondition[] } | { all: ResumeCondition[] };

/** `webhook: redis_ready`, `event: deployed`, `at: 2026-12-01T09:00:00Z`, `cron: 0 9 * * 1-5`, `manual`. */
const SHORTHAND = /^(manual|webhook|event|at|cron)\s*(?::(.*))?$/s;

/** Which field the word behind the colon is. */
const SHORTHAND_FIELD: Record<string, string> = {
  event: 'event',
  webhook: 'event',
  at: 'at',
  cron: 'schedule',
};

const expandShorthand = (given: unknown): unknown => {
  const parts = typeof given === 'string' ? SHORTHAND.exec(given.trim()) : null;
  if (!parts) return given;
  const [, type = ''] = parts;
  const value = parts[2]?.trim();
  const field = SHORTHAND_FIELD[type];
  return { type, ...(field !== undefined && value && { [field]: value }) };
};

const MAX_LEAVES = 20;
const MAX_DEPTH = 5;

const Node: z.ZodType<ResumeCondition, unknown> = z.preprocess(
  expandShorthand,
  z.union(
    [
      Leaf,
      z.strictObject({
        any: z
          .array(z.lazy(() => Node))
          .min(1)
          .max(MAX_LEAVES),
      }),
      z.strictObject({
        all: z
          .array(z.lazy(() => Node))
          .min(1)
          .max(MAX_LEAVES),
      }),
    ],
    'expected a condition (manual, webhook, event, cron, at), or any or all of conditions',
  ),
);

const partsOf = (given: unknown): unknown[] => {
  if (typeof given !== 'object' || given === null) return [];
  const { any, all } = given as { any?: unknown; all?: unknown };
  return [any, all].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
};

const depthOf = (given: unknown, left = MAX_DEPTH): number =>
  1 +
  (left === 0
    ? 0
    : partsOf(given).reduce<number>((most, part) => Math.max(most, depthOf(part, left - 1)), 0));

const countIn = (given: unknown): number =>
  partsOf(given).reduce<number>((count, part) => count + countIn(part), 0) || 1;

/** `resume_when` as it comes on the wire, to the form in which it is stored. */
export const ResumeWhen = z
  .unknown()
  .refine((given) => depthOf(given) <= MAX_DEPTH, {
    error: `may be nested ${MAX_DEPTH} deep`,
    abort: true,
  })
  .refine((given) => countIn(given) <= MAX_LEAVES, `may have ${MAX_LEAVES} conditions`)
  .pipe(Node)
  .meta({
    description:
      'A condition: `manual`, `webhook {event?, match?}`, `event {event, match?}`, `cron {schedule, timezone}`, `at {at}`, or `any`/`all` of conditions; `"webhook: name"` for short',
  });

/** The single conditions, in the order written: a condition is known by its place in this list. */
export const leavesOf = (condition: ResumeCondition): ConditionLeaf[] => {
  if ('type' in condition) return [condition];
  return ('any' in condition ? condition.any : condition.all).flatMap(leavesOf);
};

/**
 * What is still missing when the leaves at these places have been met: undefined when nothing is, and the thread may
 * go on.
 */
export const missingOf = (
  condition: ResumeCondition,
  isMet: (place: number) => boolean,
  first = 0,
): ResumeCondition | undefined => {
  if ('type' in condition) return isMet(first) ? undefined : condition;
  const parts = 'any' in condition ? condition.any : condition.all;
  let place = first;
  const missing = parts.map((part) => {
    const rest = missingOf(part, isMet, place);
    place += leavesOf(part).length;
    return rest;
  });
  const left = missing.filter((rest) => rest !== undefined);
  if ('any' in condition) return left.length < parts.length ? undefined : { any: left };
  if (left.length === 0) return undefined;
  return left.length === 1 ? left[0] : { all: left };
};

/** What comes from outside: a call of the resume URL, or an event for everybody. */
export type OutsideSignal =
  { type: 'webhook'; body: unknown } | { type: 'event'; event: string; data: unknown };

/** Whether the signal meets this single condition. */
export const meets = (signal: OutsideSignal, leaf: ConditionLeaf): boolean => {
  if (leaf.type !== signal.type) return false;
  if (leaf.type === 'event' && signal.type === 'event')
    return leaf.event === signal.event && matches(signal.data, leaf.match ?? {});
  if (leaf.type === 'webhook' && signal.type === 'webhook')
    return (
      (leaf.event === undefined || matches(signal.body, { event: leaf.event })) &&
      matches(signal.body, leaf.match ?? {})
    );
  return false;
};

/** When time itself meets the condition, in ms since the epoch, for a pause of `sinceMs`; null: it never does. */
export const dueMs = (leaf: ConditionLeaf, sinceMs: number): number | null => {
  if (leaf.type === 'at') return Date.parse(leaf.at);
  return leaf.type === 'cron' ? (nextTime(leaf, sinceMs) ?? null) : null;
};
