import { expect, it } from 'vitest';
import { createPauseWindows } from '../../src/lifecycle/manage-windows.ts';
import { createRunWindows } from '../../src/lifecycle/pause-windows.ts';
import { openLifecycle } from './bench.ts';

const MINUTE = 60_000;

it('ends an open window when its duration says, also once its schedule has changed', async () => {
  const bench = await openLifecycle();
  let now = Date.parse('2026-01-01T08:30:00Z');
  const deps = { ...bench.deps, clock: { now: () => now } };
  const windows = createPauseWindows(deps);
  const { windowId } = await windows.create({
    name: 'deploy',
    scope: { type: 'all' },
    schedule: '0 9 * * *',
    timezone: 'UTC',
    durationMs: 60 * MINUTE,
    drainLeadMs: 0,
    notify: [],
    resumeAfter: true,
    newRuns: 'queue',
    redirectTo: null,
    enabled: true,
  });
  now += 40 * MINUTE;
  await createRunWindows(deps)(now);
  await windows.patch(windowId, { schedule: '0 12 * * *' });
  await windows.patch(windowId, { durationMs: 120 * MINUTE });
  const endsMs = async () => (await windows.get(windowId)).open?.endsMs;
  expect(await endsMs()).toBe(Date.parse('2026-01-01T11:00:00Z'));
  await windows.patch(windowId, { durationMs: 5 * MINUTE });
  await createRunWindows(deps)(now);
  expect(await endsMs()).toBeUndefined();
  await bench.storage.close();
});
