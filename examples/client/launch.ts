// Launch an agent and wait until it is at rest: done, held for a decision, or failed.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'List the files' });
const { status, values } = await session.result();
console.log(session.id, status, values);
