// Fills a data folder with threads before a server starts on it: by HTTP that would take minutes.
//   node --import tsx bench/seed-threads.mts FOLDER COUNT
import { randomUUID } from 'node:crypto';
import { newThread } from '../src/model/thread.ts';
import { openEmbeddedStorage } from '../src/storage/embedded/open.ts';

const AT_ONCE = 5000;
const [, , dataDir = '', count = '0'] = process.argv;

/** Every tenth waits for somebody, and each belongs to one of a hundred teams. */
const storage = await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
for (let from = 0; from < Number(count); from += AT_ONCE) {
  await storage.transaction(async (ledger) => {
    for (let i = from; i < Math.min(from + AT_ONCE, Number(count)); i++) {
      const at = new Date(1_700_000_000_000 + i * 1000).toISOString();
      const metadata = { team: `team-${Math.floor(i / 10) % 100}`, n: i };
      const status = i % 10 === 0 ? 'interrupted' : 'idle';
      await ledger.threads.insert({ ...newThread({ threadId: randomUUID(), metadata, at }), status });
    }
  });
}
await storage.close();
