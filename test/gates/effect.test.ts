import {
  Annotation,
  Command,
  END,
  type Interrupt,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptEffects, EFFECT_BOOK, endingAttempt } from '../../src/engine/effect-book.ts';
import { LeaseLostError, markUnavailable } from '../../src/model/errors.ts';
import { effect, EffectInDoubtError, type EffectOptions, NotHappened } from '../../src/gates/index.ts';
import { openLifecycle, type Lifecycle } from '../lifecycle/bench.ts';

const State = Annotation.Root({
  said: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

/** A graph of one node, under plain LangGraph. */
const graphOf = (node: () => Promise<string[]>) =>
  new StateGraph(State)
    .addNode('node', async () => ({ said: await node() }))
    .addEdge(START, 'node')
    .addEdge('node', END)
    .compile({ checkpointer: new MemorySaver() });

it.each([
  { name: undefined },
  { name: '' },
  { name: 'mail', key: { a: 1 } },
  { name: 'mail', key: 42 },
  { name: 'mail', key: 'a\0b' },
  { name: 'mail', key: 'a\ud800' },
  { name: 'mail', key: 'é'.repeat(1001) },
])('an effect that no ledger could keep is refused before it is done (%#)', async (named) => {
  let done = 0;
  const run = () => Promise.resolve(++done);
  await expect(effect({ ...named, run } as unknown as EffectOptions<number>)).rejects.toThrow(TypeError);
  expect(done).toBe(0);
});

it('an attempt ends where its ledger cannot be used, not where that refuses what it is given', () => {
  const reasons: unknown[] = [];
  const told = endingAttempt({ abort: (reason) => void reasons.push(reason) });
  const away = new Error('no connection');
  markUnavailable(away);
  told(new TypeError('cannot be bound'));
  told(Object.assign(new Error('NOT NULL'), { name: 'SqliteError', code: 'SQLITE_CONSTRAINT_NOTNULL' }));
  expect(reasons).toEqual([]);
  told(Object.assign(new Error('disk'), { name: 'SqliteError', code: 'SQLITE_FULL' }));
  told(away);
  told(new LeaseLostError('thread'));
  expect(reasons).toEqual(['storage', 'storage', 'lease_lost']);
});

describe('an effect under plain LangGraph', () => {
  const config = { configurable: { thread_id: 'thread' } };

  it('has the same key at every replay of its step, and another in every other place', async () => {
    const keys: string[] = [];
    const broken = new Set(['first']);
    const send = (name: string) =>
      effect({
        name,
        run: ({ key }) => {
          keys.push(key);
          return Promise.resolve(key);
        },
      });
    const graph = graphOf(async () => {
      const sent = [await send('mail'), await send('mail'), await send('post')];
      if (broken.delete('first')) throw new Error('the step dies after its effects');
      return sent;
    });
    await expect(graph.invoke({}, config)).rejects.toThrow('dies');
    const { said } = await graph.invoke(null, config);
    expect(new Set(said).size).toBe(3);
    expect(keys.slice(-3)).toEqual(said);
    expect(keys.slice(0, 3)).toEqual(said);
    const other = await graph.invoke({}, { configurable: { thread_id: 'other' } });
    expect(said).not.toContain(other.said[0]);
  });

  it('is not repeated when its node is run again for a question', async () => {
    let sent = 0;
    const graph = graphOf(async () => {
      const mail = await effect({ name: 'mail', run: () => Promise.resolve(`mail ${++sent}`) });
      return [mail, interrupt<string, string>('and now?')];
    });
    await graph.invoke({}, config);
    const { said } = await graph.invoke(new Command({ resume: 'nothing' }), config);
    expect({ said, sent }).toEqual({ said: ['mail 1', 'nothing'], sent: 1 });
  });

  it('asks verify before it does anything, because any run may be a replay', async () => {
    const graph = graphOf(async () => [
      await effect({
        name: 'mail',
        run: () => Promise.reject(new Error('sent twice')),
        verify: () => Promise.resolve({ happened: true, result: 'it lay there' }),
      }),
    ]);
    expect((await graph.invoke({}, config)).said).toEqual(['it lay there']);
  });

  it('is simply done outside of a graph', async () => {
    expect(await effect({ name: 'mail', run: () => Promise.resolve(1) })).toBe(1);
  });
});

describe('an effect with the ledger', () => {
  let lifecycle: Lifecycle;

  beforeEach(async () => {
    lifecycle = await openLifecycle();
  });

  afterEach(() => lifecycle.storage.close());

  /** Attempts of one run whose node does one effect; each attempt is given the lease anew. */
  const openAttempts = async (options: Omit<EffectOptions<string>, 'name'>) => {
    const { storage, launch, newThread, claim } = lifecycle;
    const threadId = await newThread();
    const { lease, run } = await claim(await launch(threadId));
    const node = async (): Promise<string[]> => {
      const done = await effect({ name: 'mail', args: { to: 'team' }, ...options });
      return [done, interrupt<string, string>('and now?')];
    };
    const graph = graphOf(node);
    const book = () =>
      new AttemptEffects({
        ledger: storage.effects,
        lease,
        runId: run.runId,
        now: () => '2026-01-01T00:00:00.000Z',
        at: () => {},
        signal: new AbortController().signal,
        onRefused: () => {},
      });
    const invoke = async (input: unknown) => {
      const config = { configurable: { thread_id: threadId, [EFFECT_BOOK]: book() } };
      const values = (await graph.invoke(input as never, config)) as {
        said: string[];
        __interrupt__?: Interrupt<{ description?: string }>[];
      };
      return { said: values.said, asked: values.__interrupt__?.[0]?.value };
    };
    return {
      invoke,
      answer: (resume: unknown) => invoke(new Command({ resume })),
      effects: () => storage.effects.list(threadId),
      doubts: () => storage.effects.inDoubt(threadId),
    };
  };

  /** A run that throws the first time, so that nobody knows. */
  const breaksOnce = () => {
    let calls = 0;
    const run = (): Promise<string> =>
      ++calls === 1 ? Promise.reject(new Error('the line broke')) : Promise.resolve(`mail ${calls}`);
    return { run, calls: () => calls };
  };

  it('that threw is in doubt: the next attempt asks, and approval does it with the same key', async () => {
    const { run, calls } = breaksOnce();
    const { invoke, answer, effects, doubts } = await openAttempts({ run });
    await expect(invoke({})).rejects.toThrow('the line broke');
    expect(await effects()).toMatchObject([{ state: 'intended', error: 'the line broke' }]);
    expect(await doubts()).toEqual([]); // the graph was told
    const { asked } = await invoke(null);
    expect(asked?.description).toContain('Did "mail" happen?');
    expect(asked?.description).toContain('the line broke');
    expect((await answer({ type: 'approve' })).asked).toBe('and now?');
    expect(calls()).toBe(2);
    expect((await answer('thanks')).said).toEqual(['mail 2', 'thanks']);
    expect(await effects()).toMatchObject([{ state: 'done', result: 'mail 2', answers: 1 }]);
  });

  it('that a person knows to have happened has the result the person gives', async () => {
    const { run, calls } = breaksOnce();
    const { invoke, answer, effects } = await openAttempts({ run });
    await expect(invoke({})).rejects.toThrow();
    await invoke(null);
    await answer({ type: 'respond', message: 'it arrived' });
    expect((await answer('thanks')).said).toEqual(['it arrived', 'thanks']);
    expect(calls()).toBe(1);
    expect(await effects()).toMatchObject([{ state: 'done', result: 'it arrived' }]);
  });

  it('that a person says to leave fails, and is not done again', async () => {
    const { run, calls } = breaksOnce();
    const { invoke, answer } = await openAttempts({ run });
    await expect(invoke({})).rejects.toThrow();
    await invoke(null);
    await expect(answer({ type: 'reject', message: 'too risky' })).rejects.toThrow(EffectInDoubtError);
    expect(calls()).toBe(1);
  });

  it.each(['yes', 'approve', true, {}, { type: 'edit', args: {} }, { happened: 'maybe' }])(
    'takes %j for no answer, does nothing and asks again',
    async (unclear) => {
      const { run, calls } = breaksOnce();
      const { invoke, answer } = await openAttempts({ run });
      await expect(invoke({})).rejects.toThrow();
      await invoke(null);
      expect((await answer(unclear)).asked?.description).toContain('was not understood');
      expect(calls()).toBe(1);
      expect((await answer({ happened: false })).asked).toBe('and now?');
      expect((await answer('thanks')).said).toEqual(['mail 2', 'thanks']);
    },
  );

  it('that is sure not to have happened is done again without a question', async () => {
    let calls = 0;
    const { invoke, effects } = await openAttempts({
      run: () =>
        ++calls === 1 ? Promise.reject(new NotHappened('nobody there')) : Promise.resolve(`mail ${calls}`),
    });
    await expect(invoke({})).rejects.toThrow('nobody there');
    expect(await effects()).toMatchObject([{ state: 'failed', error: 'nobody there' }]);
    expect((await invoke(null)).asked).toBe('and now?');
    expect(calls).toBe(2);
  });

  it('whose verify cannot tell is treated by its rule, and the question says why', async () => {
    const { run } = breaksOnce();
    const verify = () => Promise.reject(new Error('no connection'));
    const { invoke } = await openAttempts({ run, verify });
    await expect(invoke({})).rejects.toThrow();
    expect((await invoke(null)).asked?.description).toContain('cannot be verified: no connection');
  });

  it('with a key of its own happens once for the whole thread', async () => {
    let calls = 0;
    const { invoke, answer } = await openAttempts({
      key: 'invoice 7',
      run: () => Promise.resolve(`mail ${++calls}`),
    });
    await invoke({});
    await answer('thanks');
    await invoke({});
    expect((await answer('thanks')).said).toEqual(['mail 1', 'thanks', 'mail 1', 'thanks']);
    expect(calls).toBe(1);
  });

  it('is not begun once the attempt was told to stop, nor for an owner that lost the thread', async () => {
    const { storage, newThread, launch, claim } = lifecycle;
    const { lease, run } = await claim(await launch(await newThread()));
    const refused: unknown[] = [];
    const attempt = { ledger: storage.effects, runId: run.runId, now: () => 'now', at: () => {} };
    const onRefused = (error: unknown): void => void refused.push(error);
    const claimOf = { key: 'k', name: 'mail', checkpointNs: '', taskId: 't', toolCallId: null };
    const stopped = new AttemptEffects({ ...attempt, lease, signal: AbortSignal.abort(), onRefused });
    await expect(stopped.begin({ ...claimOf, onInDoubt: 'hold' })).rejects.toThrow();
    const stale = { ...lease, token: 'another' };
    const { signal } = new AbortController();
    const lost = new AttemptEffects({ ...attempt, lease: stale, signal, onRefused });
    await expect(lost.begin({ ...claimOf, onInDoubt: 'hold' })).rejects.toThrow('another owner');
    expect(refused).toHaveLength(1);
    expect(await storage.effects.list(lease.threadId)).toEqual([]);
  });
});
