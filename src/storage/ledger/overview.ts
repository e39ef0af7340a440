import { sql } from 'kysely';
import {
  GROUP_OF,
  statesIn,
  THREAD_GROUPS,
  type OverviewQuery,
  type OverviewRow,
  type ThreadGroup,
} from '../../model/overview.ts';
import type { RunState } from '../../model/run-state.ts';
import type { OverviewStore } from '../overview.ts';
import type { LedgerConnection } from './connection.ts';
import { NOT_DELETED } from './thread-search.ts';

/** Larger values are not read for a row of a table. */
const SMALL_BYTES = 100_000;

/** When the thread's delayed run is due. */
const DUE = sql<number | null>`(SELECT min(r.due_ms) FROM runs AS r
  WHERE r.thread_id = threads.thread_id AND r.state = 'pending' AND r.due_ms > 0)`;

const DELAYED = sql<boolean>`(lifecycle_state = 'pending' AND ${DUE} IS NOT NULL)`;

export const createOverviewStore = (db: LedgerConnection): OverviewStore => ({
  counts: async () => {
    const groups = await countGroups(db);
    const { threads, ...counted } = groups;
    return { groups: counted, threads, approvals: await countApprovals(db), queue: await queueOf(db) };
  },

  threads: async (query) => {
    const { total } = await filtered(db, query)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await page(db, query);
    return { items: rows.map(fromRow), total: Number(total) };
  },
});

type Counted = Record<ThreadGroup, number> & { threads: number };

const countGroups = async (db: LedgerConnection): Promise<Counted> => {
  const rows = await db
    .selectFrom('threads')
    .select((eb) => ['lifecycle_state', eb.fn.countAll<number>().as('total')])
    .where(NOT_DELETED)
    .groupBy('lifecycle_state')
    .execute();
  const { delayed } = await db
    .selectFrom('threads')
    .select((eb) => eb.fn.countAll<number>().as('delayed'))
    .where(NOT_DELETED)
    .where(DELAYED)
    .executeTakeFirstOrThrow();
  const counted = Object.fromEntries([...THREAD_GROUPS, 'threads'].map((name) => [name, 0])) as Counted;
  for (const { lifecycle_state: state, total } of rows) {
    counted.threads += Number(total);
    if (state !== null) counted[GROUP_OF[state as RunState]] += Number(total);
  }
  counted.scheduled = Number(delayed);
  counted.running -= Number(delayed);
  return counted;
};

const countApprovals = async (db: LedgerConnection): Promise<number> => {
  const { total } = await db
    .selectFrom('approvals')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return Number(total);
};

const queueOf = async (db: LedgerConnection): Promise<{ depth: number; oldestAt: string | null }> => {
  const { depth, oldest } = await db
    .selectFrom('runs')
    .select((eb) => [eb.fn.countAll<number>().as('depth'), eb.fn.min('since').as('oldest')])
    .where(sql<boolean>`queued = 1`)
    .executeTakeFirstOrThrow();
  return { depth: Number(depth), oldestAt: oldest };
};

const filtered = (db: LedgerConnection, { group, graphId, text }: OverviewQuery) => {
  let query = db.selectFrom('threads').where(NOT_DELETED);
  if (group === 'scheduled') query = query.where(DELAYED);
  else if (group !== undefined) query = query.where('lifecycle_state', 'in', statesIn(group));
  if (group === 'running') query = query.where((eb) => eb.not(DELAYED));
  if (graphId !== undefined) query = query.where('graph_id', '=', graphId);
  if (text !== undefined) query = query.where(says(text));
  return query;
};

/** `%`, `_` and `\` in what is looked for mean themselves. What counts as lower case is the database's to say, on both sides. */
const says = (text: string) => {
  const plain = text.replace(/[\\%_]/g, (sign) => `\\${sign}`);
  const within = `%${plain}%`;
  return sql<boolean>`(threads.thread_id LIKE lower(${`${plain}%`}) ESCAPE '\\'
    OR lower(graph_id) LIKE lower(${within}) ESCAPE '\\'
    OR lower(lifecycle_reason) LIKE lower(${within}) ESCAPE '\\')`;
};

const page = (db: LedgerConnection, query: OverviewQuery) =>
  filtered(db, query)
    .leftJoin('thread_values', 'thread_values.thread_id', 'threads.thread_id')
    .select([
      'threads.thread_id',
      'graph_id',
      'lifecycle_state',
      'lifecycle_since',
      'lifecycle_reason',
      'lifecycle_pause_id',
      'interrupts_json',
      'created_at',
      'updated_at',
      sql<string | null>`CASE WHEN octet_length(values_json) <= ${SMALL_BYTES} THEN values_json END`.as(
        'small',
      ),
      DUE.as('due'),
    ])
    .orderBy(query.sortBy, query.sortOrder)
    .orderBy('threads.thread_id')
    .limit(query.limit)
    .offset(query.offset)
    .execute();

type Row = Awaited<ReturnType<typeof page>>[number];

const fromRow = (row: Row): OverviewRow => ({
  threadId: row.thread_id,
  graphId: row.graph_id,
  state: row.lifecycle_state as RunState | null,
  since: row.lifecycle_since,
  reason: row.lifecycle_reason,
  pauseId: row.lifecycle_pause_id,
  interrupts: JSON.parse(row.interrupts_json) as OverviewRow['interrupts'],
  values: row.small,
  dueMs: row.due === null ? null : Number(row.due),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
