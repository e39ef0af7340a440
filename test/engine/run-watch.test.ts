import { expect, it } from 'vitest';
import { createRunWatch } from '../../src/engine/run-watch.ts';

const ignored = { onMet: () => {}, onRefused: () => {} };

it('counts a failure that cannot be made a text', async () => {
  const told: string[] = [];
  const sink = {
    spent: () => Promise.resolve(false),
    failed: ({ error }: { error: string }) => Promise.resolve(told.push(error) > 0),
  };
  const watch = createRunWatch(sink, ignored);
  expect(await watch.holdsFailure(Object.create(null))).toBe(true);
  expect(told).toEqual(['what was thrown cannot be read']);
});

it('says what could not be written of what a model took', async () => {
  const refused: unknown[] = [];
  const away = new Error('no connection');
  const sink = { spent: () => Promise.reject(away), failed: () => Promise.resolve(false) };
  const watch = createRunWatch(sink, { ...ignored, onRefused: (error) => void refused.push(error) });
  const llmOutput = { tokenUsage: { promptTokens: 1 } };
  await Promise.allSettled(
    watch.callbacks.map((one) => one.handleLLMEnd?.({ generations: [], llmOutput }, 'a')),
  );
  expect(refused).toEqual([away]);
});
