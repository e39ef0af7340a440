// The plain LangGraph SDK: approve with other arguments.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const task = 'Write the release notes for 1.2 to notes.md';
await client.runs.wait(thread, 'agent', { input: { messages: [{ role: 'user', content: task }] } });
const args = { path: 'edited-by-sdk.md', content: 'Written by a person.\n' };
const edit = { type: 'edit', edited_action: { name: 'write_file', args } };
await client.runs.wait(thread, 'agent', { command: { resume: { decisions: [edit] } } });
console.log((await client.threads.get(thread)).status);
