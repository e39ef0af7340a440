import { sql, type RawBuilder } from 'kysely';
import type { RunStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import { isHeldBack, isHeldBackAt } from './scope-sql.ts';

type QueueTurns = Pick<RunStore, 'offerNext' | 'due' | 'countDue' | 'oldestDue'>;

/** Written as the partial index says it, so that SQLite uses the index. */
export const UNFINISHED = (column: string) =>
  sql<boolean>`${sql.ref(column)} IN ('pending', 'running', 'pausing', 'paused', 'stopped')`;

/**
 * The order of a thread's unfinished runs: what is at work first, then what has begun, rests or was stopped, then what is
 * in the queue, what is not due yet last, and else the oldest first. So what comes due later goes behind those.
 */
export const IN_TURN = (table: string) => {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql`CASE WHEN ${column('state')} IN ('running', 'pausing') THEN 0
    WHEN ${column('state')} IN ('paused', 'stopped') OR ${column('attempt')} > 0 THEN 1
    WHEN ${column('queued')} = 1 THEN 2
    WHEN ${column('due_ms')} = 0 THEN 3 ELSE 4 END, ${column('seq')}`;
};

/** Assistants that have as many runs at work as they may. */
const FULL = sql`(SELECT l.assistant_id FROM assistant_limits AS l WHERE l.max_running IS NOT NULL AND l.max_running <=
  (SELECT COUNT(*) FROM runs AS w WHERE w.assistant_id = l.assistant_id AND w.state IN ('running', 'pausing')))`;

/** The turn that the queue has come to, for runs of the priority of `runs`. */
const NOW = sql`SELECT MIN(q.turn) AS turn FROM runs AS q WHERE q.queued = 1 AND q.priority = runs.priority`;

/**
 * Lanes take turns: a run comes one turn after the last of its lane that waits, and not before the turn the queue has
 * come to. So a lane with one run waits for one turn of every other, however long those are. What has been at work
 * before goes on first.
 */
const TURN = sql<number>`(SELECT MAX(v.turn) FROM (${NOW} UNION ALL SELECT 0 UNION ALL
  SELECT MAX(q.turn) + 1 FROM runs AS q WHERE q.queued = 1 AND q.priority = runs.priority AND q.lane = runs.lane
    AND runs.attempt = 0) AS v)`;

/** The columns of a new run that is offered at once, the same as if {@link createQueueTurns} offered it next. */
export const offeredAt = (
  {
    thread_id: threadId,
    assistant_id: assistantId,
    lane,
  }: Record<'thread_id' | 'assistant_id' | 'lane', string>,
  priority: RawBuilder<number>,
): { queued: RawBuilder<number>; turn: RawBuilder<number> } => {
  const waiting = sql`FROM runs AS q WHERE q.queued = 1 AND q.priority = ${priority}`;
  const held = isHeldBackAt({ threadId: sql`${threadId}`, assistantId: sql`${assistantId}` });
  return {
    queued: sql<number>`CASE WHEN ${held} THEN 0 ELSE 1 END`,
    turn: sql<number>`(SELECT MAX(v.turn) FROM (SELECT MIN(q.turn) AS turn ${waiting} UNION ALL SELECT 0
      UNION ALL SELECT MAX(q.turn) + 1 ${waiting} AND q.lane = ${lane}) AS v)`,
  };
};

const offerNext = prepared((db, { threadId }: { threadId: string }) =>
  db
    .updateTable('runs')
    .set({ queued: 1, turn: TURN })
    .where(
      sql<boolean>`seq = (SELECT r.seq FROM runs AS r WHERE r.thread_id = ${threadId}
        AND ${UNFINISHED('r.state')} ORDER BY ${IN_TURN('r')} LIMIT 1)`,
    )
    .where('state', '=', 'pending')
    .where('due_ms', '=', 0)
    .where(sql<boolean>`NOT ${isHeldBack('runs')}`)
    .returning(['run_id', 'thread_id']),
);

/** A sum, because SQLite plans a query whose LIMIT is a bound value anew each time that it is given one. */
const dueRuns = prepared((db, { limit }: { limit: number }) =>
  db
    .selectFrom('runs')
    .select(['run_id', 'thread_id', 'priority'])
    .where(sql<boolean>`queued = 1`)
    .where(sql<boolean>`assistant_id NOT IN ${FULL}`)
    .orderBy('priority', 'desc')
    .orderBy('turn')
    .orderBy('seq')
    .limit(sql<number>`${limit} + 0`),
);

/** The queue: a column of the runs. */
export const createQueueTurns = (db: LedgerConnection): QueueTurns => ({
  offerNext: async (threadId) => {
    const [row] = (await offerNext(db, { threadId })).rows;
    return row && { runId: row.run_id, threadId: row.thread_id };
  },

  due: async (limit) => {
    const { rows } = await dueRuns(db, { limit });
    return rows.map((row) => ({ runId: row.run_id, threadId: row.thread_id, priority: row.priority }));
  },

  countDue: async () => {
    const { count } = await db
      .selectFrom('runs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(sql<boolean>`queued = 1`)
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  oldestDue: async () => {
    const { since } = await db
      .selectFrom('runs')
      .select((eb) => eb.fn.min('since').as('since'))
      .where(sql<boolean>`queued = 1`)
      .executeTakeFirstOrThrow();
    return since ?? undefined;
  },
});

/** Unfinished runs, each with its place in the line of its thread. */
const IN_LINE = sql`(SELECT f.seq, f.thread_id, f.assistant_id, f.state, f.queued, f.due_ms, f.priority, f.lane,
    ROW_NUMBER() OVER (PARTITION BY f.thread_id ORDER BY ${IN_TURN('f')}) AS place
  FROM runs AS f WHERE ${UNFINISHED('f.state')})`;

/**
 * Takes out of the queue what paused scopes hold back, and offers what none does any more, as
 * {@link createQueueTurns} would offer it next: lane by lane, in turn.
 */
export const requeueHeld = async (db: LedgerConnection): Promise<void> => {
  const held = isHeldBack('r');
  await sql`UPDATE runs AS r SET queued = 0 WHERE r.queued = 1 AND ${held}`.execute(db);
  await sql`UPDATE runs SET queued = 1, turn = freed.turn FROM (
      SELECT r.seq, ROW_NUMBER() OVER (PARTITION BY r.priority, r.lane ORDER BY r.seq)
        + COALESCE((SELECT MIN(q.turn) FROM runs AS q WHERE q.queued = 1 AND q.priority = r.priority), 0) - 1 AS turn
      FROM ${IN_LINE} AS r
      WHERE r.place = 1 AND r.state = 'pending' AND r.queued = 0 AND r.due_ms = 0 AND NOT ${held}
    ) AS freed WHERE runs.seq = freed.seq`.execute(db);
};
