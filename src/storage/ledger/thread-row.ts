import type { Selectable } from 'kysely';
import type { RunState } from '../../model/run-state.ts';
import type { Thread } from '../../model/thread.ts';
import type { ThreadPatch } from '../ports.ts';
import type { ThreadsTable } from './schema.ts';

export const threadToRow = (thread: Thread): ThreadsTable => ({
  thread_id: thread.threadId,
  graph_id: thread.graphId,
  metadata_json: JSON.stringify(thread.metadata),
  config_json: JSON.stringify(thread.config),
  status: thread.status,
  interrupts_json: JSON.stringify(thread.interrupts),
  ...lifecycleColumns(thread.lifecycle),
  fence: thread.fence,
  lease_token: thread.leaseToken,
  lease_owner: null,
  lease_expires_ms: null,
  active_run_id: thread.activeRunId,
  deleted: 0,
  temporary: thread.temporary ? 1 : 0,
  ...ttlColumns(thread.ttl),
  created_at: thread.createdAt,
  updated_at: thread.updatedAt,
});

export const threadFromRow = (row: Selectable<ThreadsTable>): Thread => ({
  threadId: row.thread_id,
  graphId: row.graph_id,
  metadata: JSON.parse(row.metadata_json) as Thread['metadata'],
  config: JSON.parse(row.config_json) as Thread['config'],
  status: row.status as Thread['status'],
  interrupts: JSON.parse(row.interrupts_json) as Thread['interrupts'],
  lifecycle:
    row.lifecycle_state === null
      ? null
      : {
          state: row.lifecycle_state as RunState,
          since: row.lifecycle_since ?? '',
          reason: row.lifecycle_reason,
          pauseId: row.lifecycle_pause_id,
        },
  fence: row.fence,
  leaseToken: row.lease_token,
  activeRunId: row.active_run_id,
  temporary: row.temporary === 1,
  ttl:
    row.ttl_minutes === null || row.expires_ms === null
      ? null
      : {
          strategy: row.ttl_strategy === 'keep_latest' ? 'keep_latest' : 'delete',
          minutes: row.ttl_minutes,
          expiresMs: row.expires_ms,
        },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The columns a patch sets; what it does not name stays. */
export const threadPatchColumns = (patch: ThreadPatch): Partial<ThreadsTable> => ({
  updated_at: patch.updatedAt,
  ...(patch.graphId !== undefined && { graph_id: patch.graphId }),
  ...(patch.metadata !== undefined && { metadata_json: JSON.stringify(patch.metadata) }),
  ...(patch.config !== undefined && { config_json: JSON.stringify(patch.config) }),
  ...(patch.status !== undefined && { status: patch.status }),
  ...(patch.interrupts !== undefined && { interrupts_json: JSON.stringify(patch.interrupts) }),
  ...(patch.lifecycle !== undefined && lifecycleColumns(patch.lifecycle)),
  ...(patch.ttl !== undefined && ttlColumns(patch.ttl)),
  ...(patch.released && RELEASED),
});

/** Nobody holds the thread. */
export const RELEASED = {
  lease_token: null,
  lease_owner: null,
  lease_expires_ms: null,
  active_run_id: null,
} as const satisfies Partial<ThreadsTable>;

const ttlColumns = (ttl: Thread['ttl']) => ({
  ttl_strategy: ttl?.strategy ?? null,
  ttl_minutes: ttl?.minutes ?? null,
  expires_ms: ttl?.expiresMs ?? null,
});

const lifecycleColumns = (lifecycle: Thread['lifecycle']) => ({
  lifecycle_state: lifecycle?.state ?? null,
  lifecycle_since: lifecycle?.since ?? null,
  lifecycle_reason: lifecycle?.reason ?? null,
  lifecycle_pause_id: lifecycle?.pauseId ?? null,
});
