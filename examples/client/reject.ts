// Let the call not run. The model is told why, and goes on.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'Mail the release notes for 1.2 to team@example.com' });
await session.result();
await session.reject('Not before Monday.');
console.log((await session.result()).status);
