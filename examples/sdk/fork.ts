// The plain LangGraph SDK: go back to an earlier checkpoint, change the state there, and run on from it.
import { type Checkpoint, Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
await client.runs.wait(thread, 'research', { input: { topic: 'tides', steps: 3, pace_ms: 0 } });
const history = await client.threads.getHistory<{ notes: string[] }>(thread);
const earlier = history.find(({ values }) => values.notes.length === 1);
if (!earlier?.checkpoint) throw new Error('no such checkpoint');
const forked = await client.threads.updateState(thread, {
  values: { topic: 'moons' },
  checkpoint: earlier.checkpoint,
});
const { checkpoint } = forked as { checkpoint?: Checkpoint };
const values = await client.runs.wait(thread, 'research', {
  input: null,
  ...(checkpoint && { checkpoint }),
});
console.log((values as { notes: string[] }).notes);
