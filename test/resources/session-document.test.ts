import { expect, it } from 'vitest';
import { newThread } from '../../src/model/thread.ts';
import { sessionDocument, type SessionFacts } from '../../src/resources/session-document.ts';

const documentOf = (snapshot: Partial<SessionFacts['snapshot']>): string =>
  sessionDocument({
    thread: newThread({ threadId: 'a-thread', metadata: {}, at: '2026-01-01T00:00:00Z' }),
    runs: [],
    pauses: [],
    approvals: [],
    effects: [],
    log: [],
    lastStep: { step: 0, nodes: [] },
    snapshot: { task: null, progress: null, artifacts: null, decisions: null, ...snapshot },
    snapshotProblem: null,
  });

it('keeps what others wrote on the line where it belongs', () => {
  const task = 'one  \n\n# two\rthree   four\n';
  expect(documentOf({ task })).toContain('### Task\n\none \\# two three   four\n\n');
});

it('is made at once, whatever is in the state of the session', { timeout: 2000 }, () => {
  const gap = ' '.repeat(100_000);
  const progress = '\n'.repeat(100_000);
  const artifacts = { ticks: '` '.repeat(200_000) };
  const made = documentOf({ task: `a${gap}b`, progress: `a${progress}b`, artifacts });
  expect(made.includes(`a${gap}b`)).toBe(true);
  expect(made.includes('### Progress\n\na b\n')).toBe(true);
});
