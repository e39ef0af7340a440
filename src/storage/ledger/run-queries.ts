import { sql, type Insertable, type RawBuilder, type Updateable } from 'kysely';
import type { RunState } from '../../model/run-state.ts';
import { prepared } from './prepared.ts';
import { IN_TURN, offeredAt, UNFINISHED } from './queue-turns.ts';
import type { RunsTable } from './schema.ts';
import { isHeldBack, isStopped } from './scope-sql.ts';
import { PARENT_FACT } from './thread-facts.ts';

type NewRow = Omit<Insertable<RunsTable>, 'priority' | 'lane'> & { lane: string };

const priorityOf = (assistantId: string) => sql<number>`COALESCE(
  (SELECT l.priority FROM assistant_limits AS l WHERE l.assistant_id = ${assistantId}), 0)`;

export const insertRun = prepared((db, row: NewRow) =>
  db
    .insertInto('runs')
    .values({ ...row, priority: priorityOf(row.assistant_id) })
    .returning('queued'),
);

/** The run is the first of its thread and due: it is offered at once. */
export const insertOffered = prepared((db, row: NewRow) => {
  const priority = priorityOf(row.assistant_id);
  return db
    .insertInto('runs')
    .values({ ...row, priority, ...offeredAt(row, priority) })
    .returning('queued');
});

export const claimable = prepared((db, { runId }: { runId: string }) => {
  const limited = sql<unknown>`EXISTS (SELECT 1 FROM assistant_limits AS l
    WHERE l.assistant_id = runs.assistant_id AND l.max_running IS NOT NULL)`;
  return db
    .selectFrom('runs')
    .selectAll()
    .select([
      sql<unknown>`(${isStopped('runs')} OR ${isHeldBack('runs')})`.as('held_back'),
      limited.as('limited'),
      ofThread('graph_id').as('thread_graph'),
      ofThread('metadata_json').as('thread_metadata'),
    ])
    .where('run_id', '=', runId);
});

const ofThread = (column: 'graph_id' | 'metadata_json') =>
  sql<string | null>`(SELECT ${sql.ref(column)} FROM threads WHERE threads.thread_id = runs.thread_id)`;

type Move = Updateable<RunsTable> & {
  runId: string;
  from: RunState;
  /** With fence and token: the lease that is to own the thread. */
  threadId?: string | undefined;
  fence?: number | undefined;
  token?: string | undefined;
};

const moveTold = (told: RawBuilder<unknown>) =>
  prepared((db, { runId, from, threadId, fence, token, ...set }: Move) => {
    const owned = sql<boolean>`EXISTS (SELECT 1 FROM threads
      WHERE thread_id = ${threadId} AND fence = ${fence} AND lease_token = ${token})`;
    return db
      .updateTable('runs')
      .set(set)
      .where('run_id', '=', runId)
      .where('state', '=', from)
      .$if(threadId !== undefined, (update) => update.where(owned))
      .returning([told.as('told'), LAUNCHED.as('parent')]);
  });

/** As the metadata of threads name who launched them. */
const LAUNCHED = sql<unknown>`EXISTS (SELECT 1 FROM thread_facts AS f
  WHERE f.thread_id = runs.thread_id AND substr(f.fact, 1, ${PARENT_FACT.length}) = ${PARENT_FACT})`;
/** As `wantedBy` has it for notices. */
const PUSHED = sql<unknown>`EXISTS (SELECT 1 FROM push_configs AS c WHERE c.thread_id = runs.thread_id)`;

export const moveOn = moveTold(PUSHED);
export const moveToPaused = moveTold(sql`(EXISTS (SELECT 1 FROM notification_targets) OR ${PUSHED})`);

export const runById = prepared((db, { runId }: { runId: string }) =>
  db.selectFrom('runs').selectAll().where('run_id', '=', runId),
);

export const unfinished = prepared((db, { threadId }: { threadId: string }) =>
  db
    .selectFrom('runs')
    .selectAll('runs')
    .where('runs.thread_id', '=', threadId)
    .where(UNFINISHED('runs.state'))
    .orderBy(IN_TURN('runs')),
);

export const unfinishedOf = prepared(
  (db, { threadId, fence, token }: { threadId: string; fence: number; token: string }) =>
    db
      .selectFrom('runs')
      .selectAll('runs')
      .innerJoin('threads', 'threads.thread_id', 'runs.thread_id')
      .where('runs.thread_id', '=', threadId)
      .where(UNFINISHED('runs.state'))
      .where('threads.fence', '=', fence)
      .where('threads.lease_token', '=', token)
      .orderBy(IN_TURN('runs')),
);
