// Hold an agent at the end of its step, in this process or in any other, and let it go on with something new to know.
import { Agent, Session } from 'holdpoint/client';

const url = process.env['HOLDPOINT_URL'];
const agent = new Agent('research', { url });
const session = await agent.start({ input: { topic: 'tides', steps: 40, pace_ms: 50 } });
await session.pause({ reason: 'the source is down' });
console.log((await session.result()).status);

const later = await Session.load(session.id, { url });
await later.resume({ additionalContext: 'The source is up again.' });
console.log((await later.result()).status);
