import { describe, expect, it } from 'vitest';
import { InOrder } from '../../src/http/protocol/in-order.ts';

const events = (...numbers: number[]) => numbers.map((seq) => ({ seq }));

/** An ear that takes what it is sent when it is told to. */
const ear = () => {
  const heard: number[] = [];
  const takes: (() => void)[] = [];
  return {
    heard,
    takes,
    send: (sent: { seq: number }[]) => {
      heard.push(...sent.map(({ seq }) => seq));
      return new Promise<void>((resolve) => void takes.push(resolve));
    },
  };
};

const FOR_EVER = 2 ** 30;

describe('several readers of one log', () => {
  it('lets an event wait until all others have read up to it', () => {
    const { heard, send } = ear();
    const order = new InOrder(send, FOR_EVER);
    const [fast, slow] = [order.join(), order.join()];
    void fast.give({ events: events(3, 9), upTo: 9 });
    expect(heard).toEqual([]);
    void slow.give({ events: events(2, 5), upTo: 6 });
    expect(heard).toEqual([2, 3, 5]);
    void slow.give({ events: [], upTo: 9 });
    expect(heard).toEqual([2, 3, 5, 9]);
    fast.leave();
    slow.leave();
  });

  it('sends an event once for each that wants it', () => {
    const { heard, send } = ear();
    const order = new InOrder(send, FOR_EVER);
    const [one, other] = [order.join(), order.join()];
    void one.give({ events: events(1, 2), upTo: 2 });
    void other.give({ events: events(2), upTo: 2 });
    expect(heard).toEqual([1, 2, 2]);
  });

  it('asks readers for more once what they gave is taken, each for its own', async () => {
    const { heard, send, takes } = ear();
    const order = new InOrder(send, FOR_EVER);
    const [one, other] = [order.join(), order.join()];
    const going: string[] = [];
    await one.give({ events: [], upTo: 2 });
    const second = other.give({ events: events(2), upTo: 5 }).then(() => going.push('other'));
    const first = one.give({ events: events(3), upTo: 3 }).then(() => going.push('one'));
    expect(heard).toEqual([2, 3]);
    takes[1]?.();
    await first;
    expect(going).toEqual(['one']);
    void one.give({ events: events(4), upTo: 4 }).then(() => going.push('one again'));
    takes[0]?.();
    await second;
    expect(going).toEqual(['one', 'other']);
    expect(heard).toEqual([2, 3, 4]);
  });

  it('waits for none that has left, and drops what it gave', async () => {
    const { heard, send, takes } = ear();
    const order = new InOrder(send, FOR_EVER);
    const [stays, leaves] = [order.join(), order.join()];
    const waiting = stays.give({ events: events(4), upTo: 4 });
    const dropped = leaves.give({ events: events(2, 7), upTo: 7 });
    expect(heard).toEqual([2, 4]);
    leaves.leave();
    await dropped;
    takes[0]?.();
    await waiting;
    expect(heard).toEqual([2, 4]);
  });

  it('goes on without one that does not come on', async () => {
    const { heard, send, takes } = ear();
    const order = new InOrder(send, 1);
    const [goes, stands] = [order.join(), order.join()];
    const given = goes.give({ events: events(1, 2), upTo: 2 });
    await expect.poll(() => heard).toEqual([1, 2]);
    takes[0]?.();
    await given;
    stands.leave();
  });
});
