import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asRefusal } from '../../src/http/a2a/refusals.ts';
import { loadSdk } from '../../src/http/a2a/sdk.ts';
import { ThreadCreate, threadSearchBody } from '../../src/http/platform/thread-bodies.ts';
import { read, refusalOf } from '../../src/http/protocol/command-answers.ts';
import { SubscriptionBody } from '../../src/http/protocol/command-schemas.ts';
import { readAs } from '../../src/http/route.ts';
import { RunCreate } from '../../src/http/schemas.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import { PauseConditions } from '../../src/model/pause-conditions.ts';
import { ResumeWhen } from '../../src/model/resume-condition.ts';

describe.each(['queue_full', 'worker_unavailable', 'embeddings_unavailable'] as const)('%s', (code) => {
  const error = new HoldpointError(code, 'not now');

  it('is no fault of the parameters of an A2A call', async () => {
    const sdk = await loadSdk();
    expect(asRefusal(sdk, error)).toMatchObject({ envelopeCode: -32603 });
  });

  it('is no fault of the argument of a command', () => {
    expect(refusalOf(1, error)).toMatchObject({ error: 'unknown_error', code });
  });
});

/** Each of which is wrong. */
const many = (count: number): number[] => Array(count).fill(1) as number[];
const manyEntries = (count: number, value: unknown): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));
const run = (of: object): object => ({ assistant_id: 'a', ...of });
const Search = threadSearchBody(['thread_id']);

describe('of many wrong values', { timeout: 3000 }, () => {
  const TOO_MANY: [string, z.ZodType, unknown][] = [
    ['command.goto', RunCreate, run({ command: { goto: many(200_000) } })],
    ['command.update', RunCreate, run({ command: { update: many(200_000) } })],
    ['config.configurable', RunCreate, run({ config: { configurable: manyEntries(200_000, 1) } })],
    ['interrupt_before', RunCreate, run({ interrupt_before: many(200_000) })],
    ['stream_mode', RunCreate, run({ stream_mode: many(200_000) })],
    ['feedback_keys', RunCreate, run({ feedback_keys: many(200_000) })],
    ['select', Search, { select: many(1_000_000) }],
    ['extract', Search, { extract: manyEntries(200_000, 1) }],
    ['channels', SubscriptionBody, { channels: many(200_000) }],
    ['body', ResumeWhen, { any: many(200_000) }],
    ['body', ResumeWhen, { any: Array(1000).fill({ all: many(1000) }) }],
    [
      'context_budget.prices',
      PauseConditions,
      { context_budget: { max_tokens: 1, prices: manyEntries(200_000, 1) } },
    ],
    [
      '0.command.goto.0',
      z.array(RunCreate).max(1000),
      many(1000).map(() => run({ command: { goto: many(1000) } })),
    ],
    ['supersteps.0.updates.0', ThreadCreate, { supersteps: many(1000).map(() => ({ updates: many(1000) })) }],
  ];

  it.each(TOO_MANY)('says of %s the first, in few words', (field, schema, given) => {
    const refused = thrownBy(() => readAs(schema, given));
    expect(refused).toMatchObject({ code: 'invalid_request', details: { field } });
    expect(JSON.stringify((refused as HoldpointError).details).length).toBeLessThan(5000);
    expect((thrownBy(() => read(schema, given)) as HoldpointError).message.length).toBeLessThan(5000);
  });
});

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
