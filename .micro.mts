import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openCheckpoints } from './src/storage/embedded/checkpointer.ts';
const dir = mkdtempSync(tmpdir() + '/cpm-');
let f = 0;
for (const sync of ['FULL', 'NORMAL'] as const) {
  const base = SqliteSaver.fromConnString(`${dir}/b${++f}.db`); (base as any).setup(); base.db.pragma(`synchronous=${sync}`);
  const cp = openCheckpoints({ path: `${dir}/o${f}.db`, synchronous: sync });
  await cp.acquire({ threadId: 't', fence: 1, token: 'k' });
  const ours = cp.writer({ lease: { threadId: 't', fence: 1, token: 'k' }, runId: 'r', metadata: { run_id: 'r', graph_id: 'g' } });
  for (let k = 0; k < 3; k++) for (const [n, s] of [['base', base], ['ours', ours]] as const) {
    let c: any = { configurable: { thread_id: 't', checkpoint_ns: '' } };
    const t = performance.now();
    for (let i = 0; i < 1000; i++) {
      const p = c.configurable.checkpoint_id ? s.putWrites(c, [['n', i], ['branch:to:step', null]], 'task' + i) : undefined;
      const cpnt = { ...emptyCheckpoint(), id: uuid6(i), channel_values: { n: i, steps: 300, pad: '' }, channel_versions: { n: i, __start__: 1 }, versions_seen: { step: { n: i } } };
      c = await s.put(c, cpnt, { source: 'loop', step: i, parents: {} }, {}); await p;
    }
    console.log(sync, n, 'put+putWrites', ((performance.now() - t)).toFixed(1), 'us each');
    const t2 = performance.now();
    for (let i = 0; i < 1000; i++) await s.getTuple({ configurable: { thread_id: 't' } });
    console.log(sync, n, 'getTuple latest', ((performance.now() - t2)).toFixed(1), 'us each');
  }
}
