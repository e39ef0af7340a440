import { randomUUID } from 'node:crypto';
import type { Approval, StickyDecision } from '../../../src/model/approval.ts';
import type { Assistant } from '../../../src/model/assistant.ts';
import type { Cron } from '../../../src/model/cron.ts';
import type { Run } from '../../../src/model/run.ts';
import type { ScopePause } from '../../../src/model/scope-pause.ts';
import { newThread, type Thread } from '../../../src/model/thread.ts';
import type { RunJob, Storage } from '../../../src/storage/ports.ts';

export const AT = '2026-01-01T00:00:00.000Z';

export const thread = (of: Partial<Thread> = {}): Thread => ({
  ...newThread({ threadId: randomUUID(), metadata: {}, at: AT }),
  ...of,
});

export const run = (threadId: string, of: Partial<Run> = {}): Run => ({
  runId: randomUUID(),
  threadId,
  assistantId: randomUUID(),
  state: 'pending',
  desired: 'run',
  attempt: 0,
  spent: 0,
  multitaskStrategy: 'enqueue',
  kwargs: {
    input: { n: 1, text: 'ä "quoted" \u2028' },
    command: null,
    checkpoint: null,
    config: {},
    context: null,
    stream_mode: ['values'],
    stream_subgraphs: false,
    interrupt_before: null,
    interrupt_after: null,
    durability: 'sync',
    on_disconnect: 'continue',
    live: false,
  },
  metadata: {},
  failure: null,
  reason: null,
  pauseId: null,
  resume: null,
  fenceFloor: 0,
  dueMs: 0,
  deadlineMs: null,
  requestHash: null,
  since: AT,
  createdAt: AT,
  updatedAt: AT,
  ...of,
});

export const assistant = (of: Partial<Assistant> = {}): Assistant => ({
  assistantId: randomUUID(),
  graphId: 'agent',
  name: 'Agent',
  description: null,
  config: {},
  context: {},
  metadata: {},
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  ...of,
});

export const approval = (of: Partial<Approval> = {}): Approval => ({
  approvalId: randomUUID(),
  threadId: randomUUID(),
  runId: randomUUID(),
  assistantId: randomUUID(),
  graphId: 'agent',
  interruptId: randomUUID(),
  taskId: randomUUID(),
  checkpointId: randomUUID(),
  ordinal: 0,
  payloadHash: '',
  payload: '"sure?"',
  responseSchema: null,
  tools: [],
  status: 'waiting',
  open: true,
  raisedBy: null,
  expiresAt: null,
  onExpiry: 'stay',
  expiredAt: null,
  decided: null,
  createdAt: AT,
  updatedAt: AT,
  ...of,
});

export const stickyDecision = (of: Partial<StickyDecision> = {}): StickyDecision => ({
  stickyId: randomUUID(),
  scope: 'thread',
  scopeId: randomUUID(),
  tool: 'send',
  decision: 'approve',
  message: null,
  decidedBy: 'me',
  approvalId: randomUUID(),
  createdAt: AT,
  revokedAt: null,
  revokedBy: null,
  ...of,
});

export const cron = (of: Partial<Cron> = {}): Cron => ({
  cronId: randomUUID(),
  threadId: null,
  assistantId: randomUUID(),
  schedule: '0 0 * * *',
  timezone: null,
  endTime: null,
  nextRunMs: 0,
  enabled: true,
  onRunCompleted: 'delete',
  payload: {},
  launch: {},
  metadata: {},
  userId: null,
  lastError: null,
  createdAt: AT,
  updatedAt: AT,
  ...of,
});

/** A pause of everything. */
export const scopePause = (): ScopePause => ({
  scopePauseId: randomUUID(),
  scope: { type: 'all' },
  state: 'active',
  terms: { reason: 'why' },
  newRuns: 'queue',
  redirectTo: null,
  resumeWhen: null,
  resumeTokenHash: null,
  windowId: null,
  requestedBy: 'me',
  requestedAt: AT,
  endedBy: null,
  endedAt: null,
  requestHash: null,
});

/** A run on a thread of its own, in the queue. */
export const offeredRun = async (storage: Pick<Storage, 'transaction'>): Promise<RunJob> => {
  const { runId, threadId } = await storage.transaction(async (ledger) => {
    const { threadId } = thread();
    const created = run(threadId);
    await ledger.threads.insert(thread({ threadId }));
    await ledger.runs.insert(created);
    await ledger.runs.offerNext(threadId);
    return created;
  });
  return { runId, threadId };
};
