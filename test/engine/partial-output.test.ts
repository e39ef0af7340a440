import { afterEach, beforeEach, expect, it } from 'vitest';
import { AttemptPartials } from '../../src/engine/partial-output.ts';
import type { ClaimedRun } from '../../src/engine/run-config.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { PartialStore } from '../../src/storage/partials.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { run, thread } from '../storage/ports/records.ts';
import { deferred } from '../support/deferred.ts';
import { temporaryFolder } from '../support/folders.ts';

let storage: Storage;
beforeEach(async () => {
  storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
});
afterEach(() => storage.close());

/** A claimed run of a thread that is there. */
const claimed = async (): Promise<ClaimedRun> => {
  const { threadId } = thread();
  const lease = await storage.transaction(async (ledger) => {
    await ledger.threads.insert(thread({ threadId }));
    return ledger.threads.claim({ threadId, runId: null, token: 'token', owner: 'w', expiresAt: 1 });
  });
  return { run: run(threadId), lease } as ClaimedRun;
};

it('what was said is not kept after its end, though writing it down took longer than that', async () => {
  const of = await claimed();
  const [begun, slow] = [deferred<void>(), deferred<void>()];
  const store: PartialStore = {
    get: (threadId) => storage.partials.get(threadId),
    save: async (output, lease) => {
      if (output.messages.length > 0) {
        begun.resolve();
        await slow.promise;
      }
      return storage.partials.save(output, lease);
    },
  };
  const partials = new AttemptPartials(store, of);
  const [model] = partials.callbacks;
  const metadata = { langgraph_node: 'model', langgraph_checkpoint_ns: 'model:1' };
  const at = ['call', undefined, undefined, undefined] as const;
  await model?.handleChatModelStart?.({} as never, [], ...at, metadata);
  await model?.handleLLMNewToken?.('The answer', { prompt: 0, completion: 0 }, 'call');
  const said = partials.flush();
  await begun.promise;
  const ended = partials.end({ kind: 'finished' });
  slow.resolve();
  await Promise.all([said, ended]);
  expect(await storage.partials.get(of.run.threadId)).toBeUndefined();
});
