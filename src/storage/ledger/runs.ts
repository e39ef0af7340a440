import { sql } from 'kysely';
import type { JsonObject } from '../../model/json.ts';
import type { RunState } from '../../model/run-state.ts';
import type { RunStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { createQueueTurns, UNFINISHED } from './queue-turns.ts';
import { moveColumns, runFromRow, runToRow } from './run-row.ts';
import {
  claimable,
  insertOffered,
  insertRun,
  moveOn,
  moveToPaused,
  runById,
  unfinished,
  unfinishedOf,
} from './run-queries.ts';

export const createRunStore = (db: LedgerConnection): RunStore => ({
  ...createRunQueries(db),
  ...createQueueTurns(db),
  ...createRunDelays(db),
  ...createRoots(db),
  ...createRunMoves(db),

  insert: async (run, { lane = '', first = false } = {}) => {
    const offered = first && run.state === 'pending' && run.dueMs === 0;
    const insert = offered ? insertOffered : insertRun;
    const [row] = (await insert(db, { ...runToRow(run), lane })).rows;
    return row?.queued === 1;
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

const createRunMoves = (db: LedgerConnection): Pick<RunStore, 'move' | 'claimable'> => ({
  claimable: async (runId) => {
    const [row] = (await claimable(db, { runId })).rows;
    if (!row) return undefined;
    const metadata = JSON.parse(row.thread_metadata ?? '{}') as JsonObject;
    return {
      run: runFromRow(row),
      thread: { graphId: row.thread_graph, metadata },
      heldBack: Boolean(row.held_back),
      limited: Boolean(row.limited),
    };
  },

  move: async (input) => {
    const { runId, from, to, lease } = input;
    const { threadId, fence, token } = lease ?? {};
    const move = to === 'paused' ? moveToPaused : moveOn;
    const [row] = (await move(db, { runId, from, threadId, fence, token, ...moveColumns(input) })).rows;
    return row && { told: Boolean(row.told), parent: Boolean(row.parent) };
  },
});

const createRunDelays = (db: LedgerConnection): Pick<RunStore, 'promote' | 'nextDue'> => ({
  promote: async (now) => {
    const at = new Date(now).toISOString();
    const rows = await db
      .updateTable('runs')
      .set({ due_ms: 0, since: sql<string>`CASE WHEN state = 'pending' THEN ${at} ELSE since END` })
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
): Pick<
  RunStore,
  'get' | 'list' | 'unfinished' | 'unfinishedOf' | 'allUnfinished' | 'orphans' | 'countByState'
> => ({
  unfinished: async (threadId) => (await unfinished(db, { threadId })).rows.map(runFromRow),

  unfinishedOf: async ({ threadId, fence, token }) => {
    const { rows } = await unfinishedOf(db, { threadId, fence, token });
    return rows.length === 0 ? undefined : rows.map(runFromRow);
  },

  get: async (runId) => {
    const [row] = (await runById(db, { runId })).rows;
    return row && runFromRow(row);
  },

  list: async ({ threadId, states, limit, offset }) => {
    let query = db.selectFrom('runs').selectAll().where('thread_id', '=', threadId);
    if (states) query = query.where('state', 'in', states);
    return (await query.orderBy('seq', 'desc').limit(limit).offset(offset).execute()).map(runFromRow);
  },

  orphans: async () => {
    const rows = await db
      .selectFrom('runs')
      .select(['run_id', 'thread_id'])
      .where(UNFINISHED('state'))
      .where('desired', 'not in', ['cancel', 'rollback'])
      .where('assistant_id', 'not in', (eb) => eb.selectFrom('assistants').select('assistant_id'))
      .orderBy(sql`seq + 0`) // not by its index: it is that of all runs
      .execute();
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
  },

  allUnfinished: async ({ assistantId, states }) => {
    let query = db.selectFrom('runs').select(['run_id', 'thread_id']).where(UNFINISHED('state'));
    if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
    if (states) query = query.where('state', 'in', states);
    const rows = await query.orderBy('seq', 'desc').execute();
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id }));
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
