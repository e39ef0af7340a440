// The plain LangGraph SDK: a question waits in the thread's interrupts; `command.resume` answers it.
import { Client } from '@langchain/langgraph-sdk';

const apiUrl = process.env['HOLDPOINT_URL'] ?? 'http://127.0.0.1:2024';
const client = new Client({ apiUrl, apiKey: null });
const { thread_id: thread } = await client.threads.create();
const task = 'Write the release notes for 1.2 to notes.md';
await client.runs.wait(thread, 'agent', { input: { messages: [{ role: 'user', content: task }] } });
const { status, interrupts } = await client.threads.get(thread);
console.log(status, Object.values(interrupts).flat().length, 'question');
await client.runs.wait(thread, 'agent', { command: { resume: { decisions: [{ type: 'approve' }] } } });
console.log((await client.threads.get(thread)).status);
