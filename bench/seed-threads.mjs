// Fills a data folder with threads before a server starts on it: by HTTP that would take minutes.
import { randomUUID } from 'node:crypto';

const AT_ONCE = 5000;

/** Every tenth waits for somebody, and each belongs to one of a hundred teams. */
export const seedThreads = async (dataDir, count) => {
  const { openEmbeddedStorage } = await import('../dist/storage/embedded/open.js');
  const { newThread } = await import('../dist/model/thread.js');
  const storage = await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
  for (let from = 0; from < count; from += AT_ONCE) {
    await storage.transaction(async (ledger) => {
      for (let i = from; i < Math.min(from + AT_ONCE, count); i++) {
        const at = new Date(1_700_000_000_000 + i * 1000).toISOString();
        const metadata = { team: `team-${Math.floor(i / 10) % 100}`, n: i };
        const status = i % 10 === 0 ? 'interrupted' : 'idle';
        await ledger.threads.insert({ ...newThread({ threadId: randomUUID(), metadata, at }), status });
      }
    });
  }
  await storage.close();
};
