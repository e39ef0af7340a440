import { sql } from 'kysely';
import type { RunState } from '../../model/run-state.ts';
import type { MoveRun, RunStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { PARENT } from './external-events.ts';
import { createQueueTurns, IN_TURN, offeredAt, UNFINISHED } from './queue-turns.ts';
import { moveColumns, runFromRow, runToRow } from './run-row.ts';
import { isHeldBack, isStopped } from './scope-sql.ts';

export const createRunStore = (db: LedgerConnection): RunStore => ({
  ...createRunQueries(db),
  ...createQueueTurns(db),
  ...createRunDelays(db),
  ...createRoots(db),

  ...createRunMoves(db),

  insert: async (run, { lane = '', first = false } = {}) => {
    const { assistantId, state, dueMs } = run;
    const priority = sql<number>`COALESCE(
      (SELECT l.priority FROM assistant_limits AS l WHERE l.assistant_id = ${assistantId}), 0)`;
    const offered = first && state === 'pending' && dueMs === 0;
    const { queued } = await db
      .insertInto('runs')
      .values({ ...runToRow(run), lane, priority, ...(offered && offeredAt(run, { lane, priority })) })
      .returning('queued')
      .executeTakeFirstOrThrow();
    return queued === 1;
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
    const limited = sql<unknown>`EXISTS (SELECT 1 FROM assistant_limits AS l
      WHERE l.assistant_id = runs.assistant_id AND l.max_running IS NOT NULL)`;
    const row = await db
      .selectFrom('runs')
      .selectAll()
      .select([
        sql<unknown>`(${isStopped('runs')} OR ${isHeldBack('runs')})`.as('held_back'),
        limited.as('limited'),
      ])
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return row && { run: runFromRow(row), heldBack: Boolean(row.held_back), limited: Boolean(row.limited) };
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
    const row = await update.returning(hearers(input)).executeTakeFirst();
    return row && { told: Boolean(row.told), parent: Boolean(row.parent) };
  },
});

/** As `wanted` has it for notices, and as the metadata of threads name who launched them. */
const hearers = ({ to }: MoveRun) => {
  const pushed = sql`EXISTS (SELECT 1 FROM push_configs AS c WHERE c.thread_id = runs.thread_id)`;
  const told = to === 'paused' ? sql`(EXISTS (SELECT 1 FROM notification_targets) OR ${pushed})` : pushed;
  const parent = sql`EXISTS (SELECT 1 FROM thread_facts AS f
    WHERE f.thread_id = runs.thread_id AND substr(f.fact, 1, ${PARENT.length}) = ${PARENT})`;
  return [told.as('told'), parent.as('parent')] as const;
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

const createUnfinished = (db: LedgerConnection): Pick<RunStore, 'unfinished' | 'unfinishedOf'> => {
  const of = (threadId: string) =>
    db
      .selectFrom('runs')
      .selectAll('runs')
      .where('runs.thread_id', '=', threadId)
      .where(UNFINISHED('runs.state'))
      .orderBy(IN_TURN('runs'));
  return {
    unfinished: async (threadId) => (await of(threadId).execute()).map(runFromRow),

    unfinishedOf: async ({ threadId, fence, token }) => {
      const rows = await of(threadId)
        .innerJoin('threads', 'threads.thread_id', 'runs.thread_id')
        .where('threads.fence', '=', fence)
        .where('threads.lease_token', '=', token)
        .execute();
      return rows.length === 0 ? undefined : rows.map(runFromRow);
    },
  };
};

const createRunQueries = (
  db: LedgerConnection,
): Pick<RunStore, 'get' | 'list' | 'unfinished' | 'unfinishedOf' | 'allUnfinished' | 'countByState'> => ({
  ...createUnfinished(db),

  get: async (runId) => {
    const row = await db.selectFrom('runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
    return row && runFromRow(row);
  },

  list: async ({ threadId, states, limit, offset }) => {
    let query = db.selectFrom('runs').selectAll().where('thread_id', '=', threadId);
    if (states) query = query.where('state', 'in', states);
    return (await query.orderBy('seq', 'desc').limit(limit).offset(offset).execute()).map(runFromRow);
  },

  allUnfinished: async ({ assistantId, states }) => {
    let query = db.selectFrom('runs').select(['run_id', 'thread_id']).where(UNFINISHED('state'));
    if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
    if (states) query = query.where('state', 'in', states);
    const rows = await query.orderBy('seq').execute();
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
