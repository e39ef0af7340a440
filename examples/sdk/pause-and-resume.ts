// The plain LangGraph SDK knows no pause; it is two requests. A run without input resumes too.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const run = await client.runs.create(thread, 'research', {
  input: { topic: 'tides', steps: 40, pace_ms: 50 },
});
const body = JSON.stringify({ reason: 'the source is down' });
await fetch(`${apiUrl}/threads/${thread}/pause`, { method: 'POST', body });
await client.runs.join(thread, run.run_id);
console.log((await client.threads.get(thread)).status);
await client.runs.wait(thread, 'research', { input: null });
console.log((await client.threads.get(thread)).status);
