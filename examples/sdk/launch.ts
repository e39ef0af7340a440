// The plain LangGraph SDK: launch, and wait for the state.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const values = await client.runs.wait(thread, 'agent', {
  input: { messages: [{ role: 'user', content: 'List the files' }] },
});
console.log(thread, JSON.stringify(values).length, 'characters of state');
