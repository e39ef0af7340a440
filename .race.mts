import { openCheckpoints } from './src/storage/embedded/checkpointer.ts';
const c = openCheckpoints({ path: process.argv[2]!, synchronous: 'FULL', readonly: process.argv[3] === 'ro' });
await c.reader.getTuple({ configurable: { thread_id: 'x' } }); if (process.argv[3] !== 'ro') await c.acquire({ threadId: 't', fence: 1, token: 't' }); await c.close();
