import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { StateGraph, Annotation, START, END, MessagesAnnotation } from '@langchain/langgraph';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openCheckpoints } from './src/storage/embedded/checkpointer.ts';
const State = Annotation.Root({
  n: Annotation<number>({ reducer: (_, b) => b, default: () => 0 }),
  steps: Annotation<number>({ reducer: (_, b) => b, default: () => 1 }),
  events: Annotation<number>({ reducer: (_, b) => b, default: () => 0 }),
  sleep_ms: Annotation<number>({ reducer: (_, b) => b, default: () => 0 }),
  pad: Annotation<string>({ reducer: (_, b) => b, default: () => "" }),
  decision: Annotation<unknown>({ reducer: (_, b) => b, default: () => null }),
});
const steps: any = new StateGraph(State).addNode('step', async (s) => ({ n: s.n + 1 })).addEdge(START, 'step').addConditionalEdges('step', (s) => (s.n < s.steps ? 'step' : END)).compile();
const chat: any = new StateGraph(Annotation.Root({ ...MessagesAnnotation.spec, n: State.spec.n, steps: State.spec.steps })).addNode('step', async (s: any) => ({ n: s.n + 1, messages: [new AIMessage('x'.repeat(200))] })).addEdge(START, 'step').addConditionalEdges('step', (s: any) => (s.n < s.steps ? 'step' : END)).compile();
const med = (xs: number[]) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const dir = mkdtempSync(tmpdir() + '/cpb-');
let f = 0;
for (const sync of ['FULL', 'NORMAL'] as const) {
  const base = SqliteSaver.fromConnString(`${dir}/b${++f}.db`); (base as any).setup(); base.db.pragma(`synchronous=${sync}`);
  let commits=0; const cp = openCheckpoints({ path: `${dir}/o${f}.db`, synchronous: sync, at: (p) => { if (p==='store:committed') commits++; } });
  const saverOf: Record<string, (t: string) => any> = { base: () => base, ours: (t) => { const lease = { threadId: t, fence: 1, token: 'k' }; void cp.acquire(lease); return cp.writer({ lease, runId: randomUUID(), metadata: { run_id: 'r', graph_id: 'g' } }); } };
  const run = async (which: string, g: any, input: any) => { const thread_id = randomUUID(); g.checkpointer = saverOf[which]!(thread_id); const s = performance.now(); await g.invoke(input, { configurable: { thread_id }, recursionLimit: 2000, durability: 'sync' }); return performance.now() - s; };
  for (const [name, g, input, n] of [['steps', steps, { steps: 300 }, 300], ['pad20k', steps, { steps: 300, pad: 'x'.repeat(20000) }, 300], ['chat', chat, { steps: 200, messages: [new HumanMessage('hi')] }, 200], ['one-step', steps, { steps: 1 }, 1]] as const) {
    const t: Record<string, number[]> = { base: [], ours: [] };
    for (let i = 0; i < (n === 1 ? 200 : 7); i++) for (const w of ['base', 'ours']) t[w]!.push((await run(w, g, input)) / n);
    console.log('commits', commits); commits=0; console.log(sync, name, 'base', med(t.base!).toFixed(3), 'ours', med(t.ours!).toFixed(3), 'ms/superstep');
  }
}
