import { Command, Send } from '@langchain/langgraph';
import { expect, it } from 'vitest';
import { AttemptDelivery } from '../../src/engine/attempt-delivery.ts';
import type { PlanInput } from '../../src/engine/resume-delivery.ts';
import { run } from '../storage/ports/records.ts';

it('brings the whole command of a resume to a run that has stored nothing, once its own input is in', async () => {
  const resume = { at: 'now', attempt: 1, command: { update: { note: 1 }, goto: 'c' } };
  const resumed = { ...run('thread'), resume } as unknown as PlanInput['run'];
  const plan = { run: resumed, module: { exports: {} }, graph: { channels: {} }, Send, advanced: false };
  const metadata: Record<string, unknown> = {};
  const delivery = new AttemptDelivery(resumed, metadata);
  expect(await delivery.begin(plan as unknown as PlanInput, 'its input')).toBe('its input');
  expect(delivery.takeDue()).toBeUndefined();
  expect(delivery.reached([])).toBe(true);
  expect(delivery.takeDue()).toMatchObject(new Command({ update: [['note', 1]], goto: ['c'] }));
  expect(Object.values(metadata)).toEqual(['now']);
  expect(delivery.reached([])).toBe(false);
});
