// Let the call run with other arguments than the model chose.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'Write the release notes for 1.2 to notes.md' });
await session.result();
await session.edit({ path: 'edited.md', content: 'Written by a person.\n' });
console.log((await session.result()).status);
