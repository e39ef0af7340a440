import { describe, expect, it } from 'vitest';
import { createRunHandle } from '../../src/engine/run-handle.ts';
import { waitFor, type WaitOptions } from '../../src/gates/index.ts';

const refused: [string, unknown, object?][] = [
  ['no event', undefined],
  ['an empty event', ''],
  ['an event that cannot be sent', 'e'.repeat(201)],
  ['an event with NUL', 'a\0b'],
  ['a since that is no time', 'x', { since: 'yesterday' }],
  ['a duration that is no number', 'x', { timeoutMs: NaN }],
  ['a BigInt to match', 'x', { match: { id: 7n } }],
  ['a function to match', 'x', { match: { id: () => 1 } }],
  ['a date to match', 'x', { match: { at: { from: new Date() } } }],
  ['undefined to match', 'x', { match: { id: undefined } }],
];

it.each(refused)('waitFor refuses %s', async (_what, event, options = {}) => {
  await expect(waitFor(event as string, options as WaitOptions)).rejects.toThrow(TypeError);
});

/** A wait under a run whose step began at 1000, by the storage's clock; nothing has come. */
const waiting = (now: number) => {
  const from: number[] = [];
  const held = createRunHandle({
    control: { drainRequested: false },
    resume: null,
    findArrival: ({ sinceMs }) => {
      from.push(sinceMs);
      return Promise.resolve(undefined);
    },
    began: (begins) => Promise.resolve(begins?.id === 'c' ? 1000 : 0),
    clock: { now: () => now },
  });
  const until = async (options: WaitOptions): Promise<unknown> => {
    const configurable = {
      __holdpoint_run: held.handle,
      __pregel_task_id: 't',
      checkpoint_ns: 'node:t',
      checkpoint_map: { '': 'c' },
    };
    const given = { configurable } as NonNullable<WaitOptions['config']>;
    return waitFor('paid', { ...options, config: given }).catch((error: Error) => error.name);
  };
  return { held, from, until };
};

describe('waitFor', () => {
  it('counts from the beginning of the step, by the clock that events are dated with', async () => {
    const { held, from, until } = waiting(5000);
    expect(await until({ timeoutMs: 4000 })).toBe('WaitExpiredError');
    expect(held.stopped).toBe(false);
    expect(await until({ timeoutMs: 4001 })).toBe('GraphInterrupt');
    expect(held.waits).toMatchObject([{ event: 'paid', sinceMs: 1000, expiresMs: 5001 }]);
    expect(from).toEqual([1000, 1000]);
  });

  it.each([Infinity, Number.MAX_SAFE_INTEGER, undefined])('with %s waits for ever', async (timeoutMs) => {
    const { held, until } = waiting(5000);
    expect(await until({ ...(timeoutMs !== undefined && { timeoutMs }), since: 7 })).toBe('GraphInterrupt');
    expect(held.waits).toMatchObject([{ sinceMs: 7, expiresMs: null }]);
  });
});
