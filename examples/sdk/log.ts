// The plain LangGraph SDK: the session log is one request, here as a document.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
await client.runs.wait(thread, 'research', { input: { topic: 'tides', steps: 1, pace_ms: 0 } });
const answer = await fetch(`${apiUrl}/threads/${thread}/log`);
for (const { kind, actor } of (await answer.json()) as { kind: string; actor: string }[])
  console.log(kind, 'by', actor);
