// Follow a run as it goes: what the model says, which tools it calls, what each step wrote.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'List the files' });
for await (const event of session.events()) console.log(event.type, event);
