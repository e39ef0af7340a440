import { expect, it } from 'vitest';
import { sparingly } from '../../src/telemetry/sparingly.ts';

it('counts anew when the last time was long enough ago for what it took, and answers the same until then', async () => {
  let time = 0;
  let counted = 0;
  const count = sparingly(
    async () => {
      time += 300;
      return Promise.resolve(++counted);
    },
    () => time,
  );
  expect(await Promise.all([count(), count(), count()])).toEqual([1, 1, 1]);
  time += 14_999;
  expect(await count()).toBe(1);
  time += 1;
  expect(await count()).toBe(2);
});

it('counts anew each time what is quick', async () => {
  let counted = 0;
  const count = sparingly(() => Promise.resolve(++counted));
  expect([await count(), await count()]).toEqual([1, 2]);
});

it('asks again at once where counting failed', async () => {
  let asked = 0;
  const count = sparingly(() => (++asked === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(asked)));
  await expect(count()).rejects.toThrow('gone');
  expect(await count()).toBe(2);
});
