import { describe, expect, it } from 'vitest';
import { matches, parsePath } from '../../src/model/json-match.ts';
import {
  dueMs,
  leavesOf,
  meets,
  missingOf,
  ResumeWhen,
  type ConditionLeaf,
} from '../../src/model/resume-condition.ts';

const met = (...places: number[]) => {
  return (place: number): boolean => places.includes(place);
};
const webhook: ConditionLeaf = { type: 'webhook', event: 'redis_ready' };
const event: ConditionLeaf = { type: 'event', event: 'deployed' };
const at: ConditionLeaf = { type: 'at', at: '2026-12-01T09:00:00Z' };

describe('a resume condition', () => {
  it('of any length is read at once', { timeout: 2000 }, () => {
    const gap = ' '.repeat(120_000);
    expect(ResumeWhen.safeParse(`event:x${gap}y`).success).toBe(false);
    expect(ResumeWhen.safeParse(`manual${gap}y`).success).toBe(false);
    expect(ResumeWhen.parse(`${gap}event${gap}:${gap}deployed${gap}`)).toEqual(event);
  });

  it.each([
    ['webhook: redis_ready', webhook],
    ['webhook', { type: 'webhook' }],
    ['manual', { type: 'manual' }],
    ['event: deployed', event],
    ['at: 2026-12-01T09:00:00Z', at],
    ['cron: 0 9 * * 1-5', { type: 'cron', schedule: '0 9 * * 1-5', timezone: 'UTC' }],
    [{ any: ['webhook: redis_ready', { all: [event, at] }] }, { any: [webhook, { all: [event, at] }] }],
  ])('is read from %j', (given, condition) => {
    expect(ResumeWhen.parse(given)).toEqual(condition);
  });

  it.each([
    'sometime',
    'event',
    'at: noon',
    'cron: 61 * * * *',
    {},
    { any: [] },
    { any: [webhook], all: [event] },
    { type: 'webhook', events: 'x' },
    { type: 'cron', schedule: '* * * * *', timezone: 'Nowhere' },
    { type: 'event', event: 'x', match: { 'a[': 1 } },
    { any: [{ any: [{ any: [{ any: [{ any: ['manual'] }] }] }] }] },
    { all: Array.from({ length: 21 }, () => 'manual') },
    null,
    7,
  ])('is not read from %j', (given) => {
    expect(ResumeWhen.safeParse(given).success).toBe(false);
  });

  it('is met by one of any, by each of all, and says what is missing', () => {
    const any = { any: [webhook, event] };
    expect(missingOf(any, met())).toEqual(any);
    expect(missingOf(any, met(1))).toBeUndefined();

    const all = { all: [webhook, { any: [event, at] }] };
    expect(leavesOf(all)).toEqual([webhook, event, at]);
    expect(missingOf(all, met(0))).toEqual({ any: [event, at] });
    expect(missingOf(all, met(2))).toEqual(webhook);
    expect(missingOf(all, met(0, 2))).toBeUndefined();
  });

  it('is met by the webhook or event it names, with the values it asks for', () => {
    const paid: ConditionLeaf = { type: 'event', event: 'paid', match: { 'order.id': 7 } };
    expect(meets({ type: 'event', event: 'paid', data: { order: { id: 7 } } }, paid)).toBe(true);
    expect(meets({ type: 'event', event: 'paid', data: { order: { id: 8 } } }, paid)).toBe(false);
    expect(meets({ type: 'event', event: 'sent', data: { order: { id: 7 } } }, paid)).toBe(false);
    expect(meets({ type: 'webhook', body: { event: 'paid' } }, paid)).toBe(false);
    expect(meets({ type: 'webhook', body: { event: 'redis_ready' } }, webhook)).toBe(true);
    expect(meets({ type: 'webhook', body: {} }, webhook)).toBe(false);
    expect(meets({ type: 'webhook', body: null }, { type: 'webhook' })).toBe(true);
  });

  it('comes due by time once', () => {
    const since = Date.parse('2026-11-30T00:00:00Z');
    expect(dueMs(at, since)).toBe(Date.parse('2026-12-01T09:00:00Z'));
    const cron: ConditionLeaf = { type: 'cron', schedule: '0 9 * * *', timezone: 'Europe/Berlin' };
    expect(dueMs(cron, since)).toBe(Date.parse('2026-11-30T08:00:00Z'));
    expect(dueMs(event, since)).toBeNull();
  });
});

describe('a match', () => {
  it.each([
    ['a.b', ['a', 'b']],
    ['$.a[0].b', ['a', 0, 'b']],
    ['$["a.b"].c', ['a.b', 'c']],
    ['$', []],
    ['[1][2]', [1, 2]],
  ])('reads the path %j', (path, steps) => {
    expect(parsePath(path)).toEqual(steps);
  });

  it.each(['', 'a..b', 'a[', 'a[x]', '.a', 'a.'])('does not read the path %j', (path) => {
    expect(parsePath(path)).toBeUndefined();
  });

  it('compares values as JSON, and finds only what the payload itself has', () => {
    const payload = { a: [{ b: { x: 1, y: [2] } }], zero: 0, none: null };
    expect(matches(payload, { 'a[0].b': { y: [2], x: 1 }, zero: 0, none: null })).toBe(true);
    expect(matches(payload, { zero: false })).toBe(false);
    expect(matches(payload, { 'a[0].b.x': '1' })).toBe(false);
    expect(matches(payload, { missing: null })).toBe(false);
    expect(matches(payload, { constructor: null })).toBe(false);
    expect(matches('text', { length: 4 })).toBe(false);
    expect(matches('text', { $: 'text' })).toBe(true);
  });
});
