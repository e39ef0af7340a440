import { afterEach, expect, it } from 'vitest';
import { launchSubtask } from '../../graphs/supervisor/family.ts';
import { bindLoopback } from '../../src/engine/loopback.ts';

const NAMES = ['langgraph_api:fetch', 'langgraph_api:url'].map((name) => Symbol.for(name));
const globals = globalThis as Record<symbol, unknown>;
afterEach(() => NAMES.forEach((name) => delete globals[name]));

const TASK = {
  title: 'Read',
  persona: 'researcher',
  instructions: 'Read notes.md',
  threadId: '7d1e2a53-8f3b-4a55-9f44-0c6f4b0f2a11',
  runId: null,
  status: 'planned',
  reason: null,
  result: null,
};
const launch = () => launchSubtask('coordinator', TASK, undefined);

it('a supervisor on a worker that does not know the server fails at once and says what to set', async () => {
  bindLoopback().open(null);
  await expect(launch()).rejects.toThrow(/HOLDPOINT_API_URL/);
});

it('a supervisor that runs in no server fails at once and says so', async () => {
  await expect(launch()).rejects.toThrow(/runs in none/);
});
