// The plain LangGraph SDK: follow a run.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const input = { messages: [{ role: 'user', content: 'List the files' }] };
const stream = client.runs.stream(thread, 'agent', { input, streamMode: ['updates', 'messages-tuple'] });
for await (const { event } of stream) console.log(event);
