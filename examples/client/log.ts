// Who did what to a session, when and why: as lines, or as a document to read.
import { Agent } from 'holdpoint/client';

const agent = new Agent('agent', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ task: 'List the files' });
await session.result();
const log = await agent.client.control<{ kind: string; actor: string }[]>(`/threads/${session.id}/log`);
for (const { kind, actor } of log) console.log(kind, 'by', actor);
