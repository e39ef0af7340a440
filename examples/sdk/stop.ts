// The plain LangGraph SDK: cancel a run; and stop one at once, which holds until the stop is released.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const input = { topic: 'tides', steps: 40, pace_ms: 200 };
const run = await client.runs.create(thread, 'research', { input });
await client.runs.cancel(thread, run.run_id, true);
console.log((await client.runs.get(thread, run.run_id)).status);

await client.runs.create(thread, 'research', { input });
const body = JSON.stringify({ scope: { thread_id: thread }, reason: 'a fire drill' });
const answer = await fetch(`${apiUrl}/emergency-stops`, { method: 'POST', body });
const { stop_id: id } = (await answer.json()) as { stop_id: string };
await fetch(`${apiUrl}/emergency-stops/${id}/release`, { method: 'POST' });
console.log((await client.threads.get(thread)).status);
