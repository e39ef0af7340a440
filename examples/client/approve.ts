// The agent wants to write a file. Look at the call, and let it run.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'Write the release notes for 1.2 to notes.md' });
const { status, questions } = await session.result();
console.log(status, questions[0]?.toolCalls);
await session.approve({ decidedBy: 'ann' });
console.log((await session.result()).status);
