import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { JsonObject } from '../../model/json.ts';
import type { Pause, PauseCheckpoint } from '../../model/pause.ts';
import type { ResumeCondition } from '../../model/resume-condition.ts';
import type { PausePatch, PauseStore } from '../pauses.ts';
import type { LedgerConnection } from './connection.ts';
import { forgetConditions } from './resume-conditions.ts';
import type { PausesTable } from './schema.ts';

/** Written as the partial index says it, so that SQLite uses the index. */
const CURRENT = sql<boolean>`state IN ('draining', 'paused')`;

export const createPauseStore = (db: LedgerConnection): PauseStore => ({
  ...createPauseQueries(db),

  insert: async (pause) => {
    await db.insertInto('pauses').values(toRow(pause)).execute();
  },

  patch: async (pauseId, patch, whileIn) => {
    let update = db.updateTable('pauses').set(patchColumns(patch)).where('pause_id', '=', pauseId);
    if (whileIn) update = update.where('state', 'in', whileIn);
    const patched = (await update.executeTakeFirst()).numUpdatedRows > 0n;
    if (patched && patch.state !== undefined && !LASTING.has(patch.state))
      await forgetConditions(db, pauseId);
    return patched;
  },
});

/** In any other state a pause waits for nothing. */
const LASTING = new Set<Pause['state']>(['draining', 'paused']);

const createPauseQueries = (db: LedgerConnection): Omit<PauseStore, 'insert' | 'patch'> => {
  const all = () => db.selectFrom('pauses').selectAll();
  return {
    get: async (pauseId) => one(await all().where('pause_id', '=', pauseId).execute()),
    current: async (threadId) => one(await all().where('thread_id', '=', threadId).where(CURRENT).execute()),
    list: async ({ threadId, runId, limit, offset }) => {
      let found = all().where('thread_id', '=', threadId);
      if (runId !== undefined) found = found.where('run_id', '=', runId);
      const rows = await found
        .orderBy('requested_at', 'desc')
        .orderBy('pause_id')
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(fromRow);
    },
    currentOf: async (of) => {
      const [column, id] =
        'scopeId' in of ? (['scope_id', of.scopeId] as const) : (['window_id', of.windowId] as const);
      return (await all().where(column, '=', id).where(CURRENT).orderBy('requested_at').execute()).map(
        fromRow,
      );
    },
    waiting: async ({ limit, offset }) => {
      const found = db.selectFrom('pauses').where(CURRENT).where('resume_when_json', 'is not', null);
      const { total } = await found
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const rows = await found
        .selectAll()
        .orderBy('requested_at')
        .orderBy('pause_id')
        .limit(limit)
        .offset(offset)
        .execute();
      return { items: rows.map(fromRow), total: Number(total) };
    },
    byTokenHash: async (hash) => one(await all().where('resume_token_hash', '=', hash).execute()),
    overdue: async (nowMs, limit) => {
      const due = all().where('drain_deadline_ms', 'is not', null).where('drain_deadline_ms', '<=', nowMs);
      return (await due.orderBy('drain_deadline_ms').limit(limit).execute()).map(fromRow);
    },
    nextDeadline: async () => {
      const row = await db
        .selectFrom('pauses')
        .select('drain_deadline_ms')
        .where('drain_deadline_ms', 'is not', null)
        .orderBy('drain_deadline_ms')
        .limit(1)
        .executeTakeFirst();
      return row?.drain_deadline_ms ?? undefined;
    },
  };
};

const one = ([row]: Selectable<PausesTable>[]): Pause | undefined => row && fromRow(row);

const toJson = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));
const fromJson = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

const toRow = (pause: Pause): Insertable<PausesTable> => ({
  pause_id: pause.pauseId,
  thread_id: pause.threadId,
  run_id: pause.runId,
  cause: pause.cause,
  reason: pause.reason,
  requested_by: pause.requestedBy,
  requested_at: pause.requestedAt,
  mode: pause.mode,
  on_timeout: pause.onTimeout,
  resume_behavior: pause.resumeBehavior,
  release_mode: pause.release,
  scope_id: pause.scopeId,
  window_id: pause.windowId,
  remedy_json: toJson(pause.remedy),
  request_hash: pause.requestHash,
  ...(patchColumns(pause) as Pick<PausesTable, keyof PatchColumns>),
});

type PatchColumns = Pick<
  Updateable<PausesTable>,
  | 'state'
  | 'drain_timeout_ms'
  | 'drain_deadline_ms'
  | 'resume_when_json'
  | 'resume_token_hash'
  | 'resume_token_expires_ms'
  | 'checkpoint_json'
  | 'verified'
  | 'paused_at'
  | 'ended_at'
  | 'ended_by'
>;

/** The columns a patch sets; what it does not name stays. */
const patchColumns = (patch: PausePatch): PatchColumns => {
  const columns = {
    state: patch.state,
    cause: patch.cause,
    reason: patch.reason,
    requested_by: patch.requestedBy,
    remedy_json: patch.remedy === undefined ? undefined : toJson(patch.remedy),
    resume_behavior: patch.resumeBehavior,
    drain_timeout_ms: patch.drainTimeoutMs,
    drain_deadline_ms: patch.drainDeadlineMs,
    resume_when_json: patch.resumeWhen === undefined ? undefined : toJson(patch.resumeWhen),
    resume_token_hash: patch.resumeTokenHash,
    resume_token_expires_ms: patch.resumeTokenExpiresMs,
    checkpoint_json: patch.checkpoint === undefined ? undefined : toJson(patch.checkpoint),
    verified: patch.verified == null ? patch.verified : Number(patch.verified),
    paused_at: patch.pausedAt,
    ended_at: patch.endedAt,
    ended_by: patch.endedBy,
  };
  return Object.fromEntries(
    Object.entries(columns).filter(([, value]) => value !== undefined),
  ) as PatchColumns;
};

const fromRow = (row: Selectable<PausesTable>): Pause => ({
  pauseId: row.pause_id,
  threadId: row.thread_id,
  runId: row.run_id,
  state: row.state as Pause['state'],
  cause: row.cause as Pause['cause'],
  reason: row.reason,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  mode: row.mode as Pause['mode'],
  drainTimeoutMs: row.drain_timeout_ms,
  onTimeout: row.on_timeout as Pause['onTimeout'],
  drainDeadlineMs: row.drain_deadline_ms,
  resumeBehavior: row.resume_behavior as Pause['resumeBehavior'],
  release: row.release_mode as Pause['release'],
  resumeWhen: fromJson<ResumeCondition>(row.resume_when_json),
  resumeTokenHash: row.resume_token_hash,
  resumeTokenExpiresMs: row.resume_token_expires_ms,
  scopeId: row.scope_id,
  windowId: row.window_id,
  remedy: fromJson<JsonObject>(row.remedy_json),
  checkpoint: fromJson<PauseCheckpoint>(row.checkpoint_json),
  verified: row.verified === null ? null : row.verified === 1,
  pausedAt: row.paused_at,
  endedAt: row.ended_at,
  endedBy: row.ended_by,
  requestHash: row.request_hash,
});
