import { expect, it } from 'vitest';
import { createUpdateState, type ApplyUpdate } from '../../src/lifecycle/update-state.ts';
import { openLifecycle } from './bench.ts';

it('edits a paused thread while runs wait behind the paused one, and none while the first is to run', async () => {
  const { deps, storage, newThread, launch, pause } = await openLifecycle();
  const threadId = await newThread({ graphId: 'g' });
  const checkpoint = { thread_id: threadId, checkpoint_ns: '', checkpoint_id: 'edited', checkpoint_map: {} };
  const applyUpdate: ApplyUpdate = () =>
    Promise.resolve({ checkpoint, values: '{}', interrupts: {}, hasNext: true });
  const edit = () =>
    createUpdateState({ ...deps, applyUpdate })({
      update: { threadId, values: {} },
      owner: 'w',
      timeoutMs: 1000,
    });
  await launch(threadId);
  await expect(edit()).rejects.toMatchObject({ code: 'invalid_transition' });
  await pause(threadId);
  await launch(threadId, { strategy: 'enqueue' });
  expect(await edit()).toEqual(checkpoint);
  expect(await storage.threads.get(threadId)).toMatchObject({ status: 'interrupted', leaseToken: null });
  await storage.close();
});
