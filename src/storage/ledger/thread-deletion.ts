import { sql } from 'kysely';
import type { ThreadStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';

type Deletion = Pick<
  ThreadStore,
  'markDeleted' | 'unmark' | 'marked' | 'remove' | 'retire' | 'markExpired' | 'toPrune' | 'nextExpiry'
>;

/** Expired threads marked at once. */
const EXPIRED_AT_ONCE = 100;

/** Threads that go: at once, or by themselves when their time has come. */
export const createThreadDeletion = (db: LedgerConnection): Deletion => ({
  ...createExpiry(db),

  markDeleted: async (threadId) => {
    const result = await db
      .updateTable('threads')
      .set(GONE)
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  unmark: async (threadId) => {
    const result = await db
      .updateTable('threads')
      .set({ deleted: 0 })
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  marked: async (until) => {
    const rows = await db
      .selectFrom('threads')
      .select('thread_id')
      .where(sql<boolean>`deleted = 1`)
      .where('updated_at', '<=', until)
      .execute();
    return rows.map((row) => row.thread_id);
  },

  remove: async (threadId) => {
    const pauses = db.selectFrom('pauses').select('pause_id').where('thread_id', '=', threadId);
    for (const table of OF_PAUSES) await db.deleteFrom(table).where('pause_id', 'in', pauses).execute();
    for (const table of TABLES) await db.deleteFrom(table).where('thread_id', '=', threadId).execute();
    await db
      .deleteFrom('sticky_decisions')
      .where('scope', '=', 'thread')
      .where('scope_id', '=', threadId)
      .execute();
  },
});

type Expiry = 'retire' | 'markExpired' | 'toPrune' | 'nextExpiry';

/** Threads that go by themselves. */
const createExpiry = (db: LedgerConnection): Pick<Deletion, Expiry> => ({
  retire: async ({ threadId, endedMs }) => {
    await db
      .updateTable('threads')
      .set({ deleted: 2, expires_ms: endedMs })
      .where('thread_id', '=', threadId)
      .where('temporary', '=', 1)
      .where(AT_REST)
      .execute();
  },

  markExpired: async ({ now, hiddenBefore }) => {
    const due = db
      .selectFrom('threads')
      .select('thread_id')
      .where('expires_ms', '<=', now)
      .where((eb) =>
        eb.or([
          eb.and([AT_REST_AND_QUIET, sql<boolean>`COALESCE(ttl_strategy, '') <> 'keep_latest'`]),
          eb.and([sql<boolean>`deleted = 2`, eb('expires_ms', '<=', hiddenBefore)]),
        ]),
      )
      .orderBy('expires_ms')
      .limit(EXPIRED_AT_ONCE);
    const rows = await db
      .updateTable('threads')
      .set(GONE)
      .where('thread_id', 'in', due)
      .returning('thread_id')
      .execute();
    return rows.map((row) => row.thread_id);
  },

  toPrune: async (now) => {
    const rows = await db
      .selectFrom('threads')
      .select('thread_id')
      .where('expires_ms', '<=', now)
      .where('ttl_strategy', '=', 'keep_latest')
      .where(AT_REST_AND_QUIET)
      .orderBy('expires_ms')
      .limit(EXPIRED_AT_ONCE)
      .execute();
    return rows.map((row) => row.thread_id);
  },

  nextExpiry: async () => {
    const { next } = await db
      .selectFrom('threads')
      .select((eb) => eb.fn.min('expires_ms').as('next'))
      .where('expires_ms', 'is not', null)
      .where(AT_REST_AND_QUIET)
      .executeTakeFirstOrThrow();
    return next ?? undefined;
  },
});

/** By the pause, not by the thread. */
const OF_PAUSES = ['resume_conditions', 'resume_fires'] as const;

const TABLES = [
  'runs',
  'run_events',
  'session_log',
  'thread_values',
  'thread_facts',
  'approvals',
  'approval_tools',
  'effects',
  'partial_outputs',
  'emergency_stop_runs',
  'pauses',
  'run_usage',
  'step_failures',
  'notices',
  'push_configs',
  'threads',
] as const;

const GONE = {
  deleted: 1,
  lease_token: null,
  lease_owner: null,
  active_run_id: null,
  fence: sql<number>`fence + 1`,
};

/** No run of the thread is left to do. */
const AT_REST = sql<boolean>`(deleted = 0
  AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.thread_id = threads.thread_id
    AND runs.state IN ('pending', 'running', 'pausing', 'paused', 'stopped')))`;

/** Nor does anybody edit it, nor does it wait: it has no question, and no steps left but those of a cancelled run. */
const AT_REST_AND_QUIET = sql<boolean>`(${AT_REST} AND lease_token IS NULL AND interrupts_json NOT LIKE '%[{%'
  AND (status IN ('idle', 'error') OR (status = 'interrupted' AND lifecycle_state = 'cancelled')))`;
