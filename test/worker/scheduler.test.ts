import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { every, Scheduler, type DueWork } from '../../src/worker/scheduler.ts';

describe('the scheduler', () => {
  let scheduler: Scheduler | undefined;
  afterEach(() => scheduler?.close());

  const start = (works: DueWork[], of: Partial<ConstructorParameters<typeof Scheduler>[0]> = {}): Scheduler =>
    (scheduler = new Scheduler({
      works,
      clock: { now: () => Date.now() },
      log: pino({ enabled: false }),
      ...of,
    }));
  /** It looks by itself so rarely that whoever is asked was asked for a reason. */
  const RARELY = { lookAgainMs: 3_600_000 };

  /** Work that plans one thing and resolves when it was asked `times` times. */
  const asked = (times: number, next?: () => number) => {
    const at: number[] = [];
    let done = (): void => {};
    const enough = new Promise<number[]>((resolve) => (done = () => resolve(at)));
    const work: DueWork = {
      name: 'asked',
      run: (now) => {
        if (at.push(now) === times) done();
        return Promise.resolve(next?.());
      },
    };
    return { work, enough };
  };

  it('asks when the next thing is due, not a second later', async () => {
    const due = Date.now() + 50;
    const { work, enough } = asked(2, () => due);
    start([work], RARELY);
    const [, second = 0] = await enough;
    expect(second).toBeGreaterThanOrEqual(due - 1);
  });

  it('asks at once when something new was planned, also while it asks', async () => {
    const { work, enough } = asked(2, () => Date.now() + 3_600_000);
    start([work], RARELY).poke();
    expect(await enough).toHaveLength(2);
  });

  it('asks only the kind of work that is named when it is poked, and else what is due', async () => {
    const far = () => Date.now() + 60_000;
    const named = asked(2, far);
    const other = asked(2, far);
    const soon = asked(3, () => Date.now() + 20);
    let others = 0;
    const works = [
      { ...named.work, name: 'named' },
      { name: 'other', run: (now: number) => (others++, other.work.run(now)) },
      soon.work,
    ];
    start(works, RARELY).poke('named');
    await Promise.all([named.enough, soon.enough]);
    expect(others).toBe(1);
  });

  it('asks again every second, so that a clock that was moved forward is noticed', async () => {
    let moved = 0;
    const clock = { now: () => Date.now() + moved };
    const { work, enough } = asked(2, () => Date.now() + 3_600_000);
    start([work], { clock });
    moved = 3_600_000;
    const [, second = 0] = await enough;
    expect(second).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it('goes on with the others, and tries again, when one kind of work fails', async () => {
    const { work, enough } = asked(2);
    let failures = 0;
    const failing: DueWork = { name: 'failing', run: () => Promise.reject(new Error(`no ${++failures}`)) };
    start([failing, work]);
    await enough;
    expect(failures).toBeGreaterThan(1);
  });

  it('waits at the end for what is being done, and does no more', async () => {
    let ended = false;
    let begun = (): void => {};
    const started = new Promise<void>((resolve) => (begun = resolve));
    const slow: DueWork = {
      name: 'slow',
      run: async () => {
        begun();
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended = true;
        return undefined;
      },
    };
    const after = asked(1);
    start([slow, after.work]);
    await started;
    await scheduler?.close();
    expect(ended).toBe(true);
  });

  it('does work of a fixed interval at the start and then once per interval', async () => {
    let times = 0;
    const regular = every(60_000, 'regular', () => Promise.resolve(times++));
    const { work, enough } = asked(2);
    start([regular, work]);
    await enough;
    expect(times).toBe(1);
  });
});
