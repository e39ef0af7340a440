// Stop an agent at once, and lift the stop. What was stopped stays so until somebody resumes it.
import { Agent } from 'holdpoint/client';

const agent = new Agent('research', { url: process.env['HOLDPOINT_URL'] });
const session = await agent.start({ input: { topic: 'tides', steps: 40, pace_ms: 200 } });
const { stop_id: id } = await agent.client.control<{ stop_id: string }>('/emergency-stops', {
  method: 'POST',
  body: { scope: { thread_id: session.id }, reason: 'a fire drill' },
});
console.log((await session.status()).status);
await agent.client.control(`/emergency-stops/${id}/release`, { method: 'POST' });
