import { sql } from 'kysely';
import type { RunState } from '../../model/run-state.ts';
import type { RunStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { isHeldBack } from './scope-sql.ts';
import { moveColumns, runFromRow, runToRow } from './run-row.ts';

export const createRunStore = (db: LedgerConnection): RunStore => ({
  ...createRunQueries(db),
  ...createRunDelays(db),
  ...createRoots(db),

  insert: async (run) => {
    await db.insertInto('runs').values(runToRow(run)).execute();
  },

  move: async (input) => {
    let update = db
      .updateTable('runs')
      .set(moveColumns(input))
      .where('run_id', '=', input.runId)
      .where('state', '=', input.from);
    if (input.lease) {
      const { threadId, fence, token } = input.lease;
      update = update.where(
        sql<boolean>`EXISTS (SELECT 1 FROM threads WHERE thread_id = ${threadId} AND fence = ${fence} AND lease_token = ${token})`,
      );
    }
    return (await update.executeTakeFirst()).numUpdatedRows > 0n;
  },

  setDesired: async ({ runId, desired, whileIn, reason }) => {
    const result = await db
      .updateTable('runs')
      .set({ desired, reason })
      .where('run_id', '=', runId)
      .where('state', 'in', whileIn)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  offerNext: async (threadId) => {
    const row = await db
      .updateTable('runs')
      .set({ queued: 1 })
      .where(
        sql<boolean>`seq = (SELECT r.seq FROM runs AS r WHERE r.thread_id = ${threadId}
          AND ${UNFINISHED('r.state')} ORDER BY ${IN_TURN('r')} LIMIT 1)`,
      )
      .where('state', '=', 'pending')
      .where('due_ms', '=', 0)
      .where(sql<boolean>`NOT ${isHeldBack('runs')}`)
      .returning(['run_id', 'thread_id'])
      .executeTakeFirst();
    return row && { runId: row.run_id, threadId: row.thread_id };
  },

  dropEvents: async (threadId) => {
    await db.deleteFrom('run_events').where('thread_id', '=', threadId).execute();
    await db.updateTable('runs').set({ has_events: 0 }).where('thread_id', '=', threadId).execute();
  },

  remove: async ({ runId, threadId }) => {
    const result = await db.deleteFrom('runs').where('run_id', '=', runId).executeTakeFirst();
    await db.deleteFrom('run_events').where('thread_id', '=', threadId).where('run_id', '=', runId).execute();
    return result.numDeletedRows > 0n;
  },
});

/** Written as the partial index says it, so that SQLite uses the index. */
const UNFINISHED = (column: string) =>
  sql<boolean>`${sql.ref(column)} IN ('pending', 'running', 'pausing', 'paused', 'stopped')`;

/** What is at work first, what is not due yet last, and else the oldest first. */
const IN_TURN = (table: string) => {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql`CASE WHEN ${column('state')} IN ('running', 'pausing') THEN 0
    WHEN ${column('due_ms')} = 0 THEN 1 ELSE 2 END, ${column('seq')}`;
};

const createRunDelays = (db: LedgerConnection): Pick<RunStore, 'promote' | 'nextDue'> => ({
  promote: async (now) => {
    const rows = await db
      .updateTable('runs')
      .set({ due_ms: 0 })
      .where(sql<boolean>`due_ms > 0`)
      .where('due_ms', '<=', now)
      .returning('thread_id')
      .execute();
    return [...new Set(rows.map((row) => row.thread_id))];
  },

  nextDue: async () => {
    const { next } = await db
      .selectFrom('runs')
      .select((eb) => eb.fn.min('due_ms').as('next'))
      .where(sql<boolean>`due_ms > 0`)
      .executeTakeFirstOrThrow();
    return next ?? undefined;
  },
});

const createRoots = (db: LedgerConnection): Pick<RunStore, 'roots'> => ({
  roots: async ({ assistantId, threadId, states, updatedAfter, limit, offset }) => {
    let query = db
      .selectFrom('runs')
      .where('assistant_id', '=', assistantId)
      .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM approvals WHERE approvals.answer_run_id = runs.run_id)`);
    if (threadId !== undefined) query = query.where('thread_id', '=', threadId);
    if (states) query = query.where('state', 'in', states);
    if (updatedAfter !== undefined) query = query.where('updated_at', '>', updatedAfter);
    const { total } = await query
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await query
      .selectAll()
      .orderBy('updated_at', 'desc')
      .orderBy('seq', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return { items: rows.map(runFromRow), total: Number(total) };
  },
});

const createRunQueries = (
  db: LedgerConnection,
): Pick<RunStore, 'get' | 'list' | 'unfinished' | 'allUnfinished' | 'due' | 'countDue' | 'countByState'> => ({
  get: async (runId) => {
    const row = await db.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
    return row && runFromRow(row);
  },

  list: async ({ threadId, states, limit, offset }) => {
    let query = db.selectFrom('runs').selectAll().where('thread_id', '=', threadId);
    if (states) query = query.where('state', 'in', states);
    return (await query.orderBy('seq', 'desc').limit(limit).offset(offset).execute()).map(runFromRow);
  },

  unfinished: async (threadId) => {
    const rows = await db
      .selectFrom('runs')
      .selectAll()
      .where('thread_id', '=', threadId)
      .where(UNFINISHED('state'))
      .orderBy(IN_TURN('runs'))
      .execute();
    return rows.map(runFromRow);
  },

  allUnfinished: async ({ assistantId, states }) => {
    let query = db.selectFrom('runs').select(['run_id', 'thread_id']).where(UNFINISHED('state'));
    if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
    if (states) query = query.where('state', 'in', states);
    const rows = await query.orderBy('seq').execute();
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
  },

  due: async (limit) => {
    const rows = await db
      .selectFrom('runs')
      .select(['run_id', 'thread_id'])
      .where(sql<boolean>`queued = 1`)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
  },

  countDue: async () => {
    const { count } = await db
      .selectFrom('runs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(sql<boolean>`queued = 1`)
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  countByState: async () => {
    const rows = await db
      .selectFrom('runs')
      .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
      .groupBy('state')
      .execute();
    return Object.fromEntries(rows.map(({ state, count }) => [state as RunState, count]));
  },
});
