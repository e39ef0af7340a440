// Launch an agent, pause it, resume it with something to know, and poll until it is done: four calls, plain HTTP.
//
//   npm start -- --config examples/four-calls/langgraph.json
//   node examples/four-calls/run.mjs http://127.0.0.1:2024
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

const server = process.argv[2] ?? process.env.HOLDPOINT_URL ?? 'http://127.0.0.1:2024';

/** Sends a request; throws with the server's own words when it is refused. */
const call = async (method, path, body) => {
  const response = await fetch(server + path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${answer.code}: ${answer.message}`);
  return answer;
};

/** Looks every 100 ms until its status is one of these. */
const until = async (id, ...statuses) => {
  for (;;) {
    const progress = await call('GET', `/agent/${id}`);
    if (statuses.includes(progress.status)) return progress;
    if (['error', 'timeout', 'cancelled', 'stopped'].includes(progress.status))
      throw new Error(`it is ${progress.status}: ${progress.reason}`);
    await wait(100);
  }
};

const { id } = await call('POST', '/agent/launch', { agent: 'surveyor', input: { fields: 6 } });
console.log(`launched ${id}`);

await until(id, 'running');
await call('POST', '/agent/pause', { id, reason: 'the surveyor has lunch' });
const paused = await until(id, 'paused');
console.log(`paused after ${paused.steps} steps: ${paused.reason}`);
assert.equal(paused.result, null);

await call('POST', '/agent/resume', { id, context: 'field 3 is under water' });
const done = await until(id, 'success');
console.log(`done: ${done.result.measured.join(', ')}`);
console.log(`noted: ${done.result.notes.join(', ')}`);

// However it was interrupted: each field was measured once, and what was said with the resume arrived.
assert.deepEqual(
  done.result.measured,
  [1, 2, 3, 4, 5, 6].map((n) => `field ${n}`),
);
assert.deepEqual(done.result.notes, ['field 3 is under water']);
