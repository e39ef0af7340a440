import { Document } from '@langchain/core/documents';
import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { StringPromptValue } from '@langchain/core/prompt_values';
import { PromptTemplate } from '@langchain/core/prompts';
import { Command, Overwrite, Send } from '@langchain/langgraph';
import { DeltaSnapshot, MemorySaver } from '@langchain/langgraph-checkpoint';
import { describe, expect, it } from 'vitest';
import { UnstorableValueError } from '../../src/model/errors.ts';
import { assertStorable, StateSerializer } from '../../src/storage/state-serializer.ts';

const ours = new StateSerializer();
const jsonPlus = new MemorySaver().serde;

const nested = (levels: number): unknown => (levels === 0 ? 'end' : [nested(levels - 1)]);

const cyclic = (): unknown => {
  const value: Record<string, unknown> = { name: 'a' };
  value['list'] = [{ back: value }];
  return value;
};

const sparse = (): unknown[] => {
  const items: unknown[] = [];
  items[1] = 1;
  return items;
};

/** Constructor arguments as JavaScript may give them. */
const loosely = (fields: object): never => fields as never;

const MESSAGES = [
  new HumanMessage(
    loosely({ content: 'hi', id: 'h', name: undefined, additional_kwargs: { odd_key: { inner_key: [1] } } }),
  ),
  new HumanMessage({
    content: [
      { type: 'text', text: 'parts' },
      { type: 'text', text: 'more' },
    ],
  }),
  new AIMessage(
    loosely({
      content: '',
      tool_calls: [
        { id: 'c', name: 'send_mail', args: { to_whom: 'x', none: undefined, list: [undefined] } },
      ],
      response_metadata: { token_usage: { total_tokens: 3 } },
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      own_field: 1,
    }),
  ),
  new AIMessageChunk({
    content: 'part',
    tool_call_chunks: [{ index: 0, id: 'c', name: 'a_b', args: '{"x' }],
  }),
  new ToolMessage({
    content: 'done',
    tool_call_id: 'c',
    status: 'error',
    artifact: { deep_one: [{ a_b: 1 }] },
  }),
  new SystemMessage('rules'),
  new ChatMessage('hello', 'critic'),
  new FunctionMessage({ content: 'r', name: 'fn' }),
  new RemoveMessage({ id: 'h' }),
];

const STATES: [string, () => unknown][] = [
  ['plain data', () => ({ a: [1, -0, 1.5, 'ä\u2028\ud800', true, null], b: { c: {} }, d: [] })],
  ['undefined anywhere', () => ({ a: undefined, b: [undefined, sparse()] })],
  ['undefined itself', () => undefined],
  ['dates and other values with toJSON', () => ({ at: new Date(0), url: new URL('http://x/') })],
  ['Map, Set, RegExp, Error', () => [new Map([['k', new Set([1, { a: /x\/y/gi }])]]), new TypeError('no')]],
  ['binary data', () => ({ bytes: new Uint8Array([0, 255, 7]) })],
  [
    'sends, commands, overwrites',
    () => [new Send('n', { a: new Map() }), new Command({ resume: 1 }), new Overwrite([1])],
  ],
  ['a delta snapshot', () => ({ log: new DeltaSnapshot([{ a: undefined }, new Set([1])]) })],
  [
    'class instances',
    () =>
      new (class Point {
        x = 1;
        y = { z: undefined };
      })(),
  ],
  ['messages', () => ({ messages: MESSAGES })],
  [
    'a map of messages',
    () =>
      new Map<string, unknown>([
        ['m', MESSAGES[2]],
        ['n', new Set(MESSAGES)],
      ]),
  ],
  [
    'a message in a message',
    () => new ToolMessage({ content: 'x', tool_call_id: 'c', artifact: { of: [MESSAGES[2]] } }),
  ],
  [
    'user data with an lc key in a message',
    () => new HumanMessage({ content: 'x', additional_kwargs: { v: { lc: 7 } } }),
  ],
  [
    'other LangChain objects',
    () =>
      new Map<string, unknown>([
        ['prompt', PromptTemplate.fromTemplate('say {x}')],
        ['value', [new StringPromptValue('said')]],
        ['document', new Document({ pageContent: 'p', metadata: { a_b: 1 } })],
      ]),
  ],
  ['a send as data', () => ({ lg_name: 'Send', node: 'n', args: 1, more: 2 })],
  [
    'user data in the form of an escape in a message',
    () => new HumanMessage({ content: 'x', additional_kwargs: { v: { __lc_escaped__: { a: 1 } } } }),
  ],
  [
    'records that stand for nothing',
    () => [
      { lc: 2, type: 'constructor', id: ['Date'], args: [0] },
      { lc: 2, type: 'constructor', id: ['Uint8Array'], method: 'of', args: [[1]] },
      { lc: 2, type: 'constructor', id: ['Uint8Array'], method: 'from', args: [[256]] },
      { lc: 2, type: 'constructor', id: ['Map'], args: [[['only key']]] },
      { lc: 2, type: 'constructor', id: ['RegExp'], args: ['(', ''] },
      { lc: 3 },
      { lc: 1 },
    ],
  ],
];

describe('StateSerializer', () => {
  it.each(STATES)('writes %s byte for byte as JsonPlusSerializer does', async (_, state) => {
    const [type, data] = await ours.dumpsTyped(state());
    const [plusType, plusData] = await jsonPlus.dumpsTyped(state());
    expect([type, Buffer.from(data).toString()]).toEqual([plusType, Buffer.from(plusData).toString()]);
  });

  it.each(STATES)('reads %s as JsonPlusSerializer does', async (_, state) => {
    const stored = await jsonPlus.dumpsTyped(state());
    const [loaded, expected] = [await ours.loadsTyped(...stored), await jsonPlus.loadsTyped(...stored)];
    expect(loaded).toStrictEqual(expected);
  });

  it('reads messages without waiting for anything', () => {
    const [type, data] = ours.dump({ messages: MESSAGES });
    const loaded = ours.load(type, data) as { messages: unknown[] };
    expect(loaded.messages[2]).toBeInstanceOf(AIMessage);
  });

  it('makes a message that can be stored and read again without change', async () => {
    const once = ours.dump(MESSAGES);
    const twice = ours.dump(await ours.load(...once));
    expect(await ours.load(...twice)).toStrictEqual(await ours.load(...once));
  });

  it('round trips bytes, whole and inside state', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(ours.dump(bytes)).toEqual(['bytes', bytes]);
    expect(await ours.loadsTyped('bytes', Buffer.from(bytes))).toStrictEqual(bytes);
    expect(await ours.load(...ours.dump({ bytes }))).toStrictEqual({ bytes });
  });

  it('round trips what JsonPlusSerializer would lose: a Buffer, as its bytes, NaN and the infinities', async () => {
    const state = { buffer: Buffer.from('ab'), numbers: [NaN, Infinity, -Infinity], deep: { n: NaN } };
    expect(await ours.load(...ours.dump(state))).toStrictEqual({
      ...state,
      buffer: Uint8Array.from([97, 98]),
    });
    expect(await ours.load(...ours.dump(NaN))).toBe(NaN);
  });

  it('reads a message nested deeper than LangChain would load it', async () => {
    const deep = () => new HumanMessage({ content: '', additional_kwargs: { deep: nested(200) } });
    const holding = new ToolMessage({ content: '', tool_call_id: 'c', artifact: [deep()] });
    const loaded = await ours.load(...ours.dump([deep(), holding]));
    expect(loaded).toMatchObject([deep(), { artifact: [deep()] }]);
  });

  it('writes Maps and Sets of a subclass as what can be read', async () => {
    class Registry extends Map<string, number> {}
    expect(await ours.load(...ours.dump(new Registry([['a', 1]])))).toStrictEqual(new Map([['a', 1]]));
  });

  it('refuses a stored type it does not know', async () => {
    await expect(ours.loadsTyped('pickle', '')).rejects.toThrow('unknown serialization type: pickle');
  });
});

class Unregistered extends HumanMessage {}

const REFUSED: [string, () => unknown, string, RegExp][] = [
  ['a bigint', () => ({ a: [{ n: 1n }] }), 'a[0].n', /bigint/],
  ['a boxed bigint', () => ({ a: Object(1n) }), 'a', /bigint/],
  ['a symbol', () => [Symbol('s')], '[0]', /symbol/],
  ['a promise', () => ({ out: [Promise.resolve(1)] }), 'out[0]', /promise.*await/],
  ['a function', () => ({ 'odd key': { f() {} } }), 'odd key.f', /function/],
  ['a value in a Map', () => ({ map: new Map([['k', { n: 1n }]]) }), 'map[0][1].n', /bigint/],
  ['a value in a Set', () => ({ set: new Set([1n]) }), 'set[0]', /bigint/],
  ['a value in a Send', () => [new Send('n', { n: 1n })], '[0].args.n', /bigint/],
  ['a value in a delta snapshot', () => ({ d: new DeltaSnapshot([1n]) }), 'd.value[0]', /bigint/],
  ['what toJSON gives', () => ({ a: { toJSON: () => ({ n: 1n }) } }), 'a.n', /bigint/],
  ['a cycle', cyclic, 'list[0].back', /contains itself/],
  [
    'a cycle through a message',
    () => {
      const message = new HumanMessage({ content: 'x', additional_kwargs: {} });
      message.additional_kwargs['again'] = [message];
      return { messages: [message] };
    },
    'messages[0].additional_kwargs.again[0]',
    /contains itself/,
  ],
  ['too deep a value', () => nested(501), '[0]'.repeat(500), /deeper than 500/],
  [
    'an own __proto__ key',
    () => JSON.parse('{"a":{"__proto__":{"admin":true}}}') as unknown,
    'a.__proto__',
    /prototype/,
  ],
  ['an own __proto__ string', () => JSON.parse('{"__proto__":"x"}') as unknown, '__proto__', /prototype/],
  [
    '__proto__ in a tool call',
    () => {
      const args = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
      return { messages: [new AIMessage({ content: '', tool_calls: [{ id: 'c', name: 't', args }] })] };
    },
    'messages[0].tool_calls[0].args.__proto__',
    /prototype/,
  ],
  [
    'a forged object',
    () => ({ a: { lc: 1, type: 'constructor', id: ['x'], kwargs: {} } }),
    'a',
    /serialised/,
  ],
  ['a forged secret', () => ({ a: { lc: 1, type: 'secret', id: ['KEY'] } }), 'a', /serialised/],
  ['a forged not_implemented', () => [{ lc: 1, type: 'not_implemented', id: [] }], '[0]', /serialised/],
  ['a forged undefined', () => ({ a: { lc: 2, type: 'undefined' } }), 'a', /serialised/],
  [
    'a forged Map',
    () => [{ lc: 2, type: 'constructor', id: ['Map'], args: [[['a', 1]]] }],
    '[0]',
    /serialised/,
  ],
  ['a forged snapshot', () => [{ lc: 2, type: 'delta_snapshot', value: 1 }], '[0]', /serialised/],
  [
    'a forgery in a message',
    () => {
      const forged = { lc: 1, type: 'secret', id: ['KEY'] };
      return new HumanMessage({ content: 'x', additional_kwargs: { forged } });
    },
    'additional_kwargs.forged',
    /serialised/,
  ],
  [
    'a message class that cannot be found again',
    () => ({ m: [new Unregistered('x')] }),
    'm[0]',
    /Unregistered/,
  ],
  [
    'a getter that throws',
    () => ({
      a: {
        get b(): never {
          throw new Error('boom');
        },
      },
    }),
    'a',
    /boom/,
  ],
];

describe('assertStorable', () => {
  it.each(REFUSED)('refuses %s and names its place', (...[, value, path, problem]) => {
    const error = (() => {
      try {
        assertStorable(value());
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(UnstorableValueError);
    expect(error).toMatchObject({ path, message: expect.stringMatching(problem) });
  });

  it('begins the path with the one it was given', () => {
    expect(() => assertStorable([{ x: 1n }], 'messages')).toThrow('messages[0].x is a bigint');
  });

  it.each(STATES)('accepts %s', (_, state) => {
    expect(() => assertStorable(state())).not.toThrow();
  });

  it('accepts 500 levels, and one value in two places', () => {
    const shared = { a: 1 };
    expect(() => assertStorable([nested(499), shared, { shared }, shared])).not.toThrow();
  });
});
