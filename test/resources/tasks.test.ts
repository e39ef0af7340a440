import { expect, it } from 'vitest';
import type { Run } from '../../src/model/run.ts';
import { createReadSession } from '../../src/resources/read-session.ts';
import { createTasks } from '../../src/resources/tasks.ts';
import { openLifecycle } from '../lifecycle/bench.ts';
import { approval, AT, run, thread } from '../storage/ports/records.ts';

/** More than a page of questions holds. */
const MANY = 1001;

const later = (ms: number): string => new Date(Date.parse(AT) + ms).toISOString();

it('knows the question of a task that waits, however many were asked on its thread before', async () => {
  const { storage } = await openLifecycle();
  const { threadId } = thread();
  const runs = Array.from({ length: MANY }, (_, at) =>
    run(threadId, { state: 'interrupted', createdAt: later(at) }),
  );
  const [root, last] = [runs[0], runs.at(-1)] as [Run, Run];
  const answered = { decision: {}, answerHash: '', by: 'ann', at: AT, via: 'decision' as const };
  const questions = runs.map(({ runId }, at) => {
    const next = runs[at + 1];
    const asked = { threadId, runId, createdAt: later(at), payload: `"question ${at}"` };
    return next
      ? approval({ ...asked, status: 'decided', open: false, decided: { ...answered, runId: next.runId } })
      : approval(asked);
  });
  await storage.transaction(async (ledger) => {
    await ledger.threads.insert(thread({ threadId }));
    for (const each of runs) await ledger.runs.insert(each);
    for (const each of questions) await ledger.approvals.insert(each);
  });
  const tasks = createTasks({ storage });
  const expected = { root, current: last, questions: [questions.at(-1)] };

  expect(await tasks.get(root.runId)).toEqual(expected);
  expect(await tasks.ofRun(last)).toEqual(expected);
  const session = await createReadSession({ storage, takeSnapshot: () => Promise.resolve(null) })(threadId);
  expect(session).toContain(`question ${MANY - 1}`);
  await storage.close();
});
