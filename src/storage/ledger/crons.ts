import type { Selectable } from 'kysely';
import type { Cron, CronFilter, CronSearch } from '../../model/cron.ts';
import type { JsonObject } from '../../model/json.ts';
import type { CronStore } from '../cron-store.ts';
import type { LedgerConnection } from './connection.ts';
import { jsonContains } from './json-filter.ts';
import type { CronsTable } from './schema.ts';

export const createCronStore = (db: LedgerConnection): CronStore => ({ ...reading(db), ...writing(db) });

const reading = (db: LedgerConnection): Pick<CronStore, 'get' | 'search' | 'count' | 'due' | 'nextDue'> => ({
  get: async (cronId) => {
    const row = await db.selectFrom('crons').selectAll().where('cron_id', '=', cronId).executeTakeFirst();
    return row && fromRow(row);
  },

  search: async (query) => {
    const rows = await filtered(db, query)
      .selectAll()
      .orderBy(COLUMNS[query.sortBy], (order) =>
        query.sortOrder === 'asc' ? order.asc().nullsLast() : order.desc().nullsFirst(),
      )
      .orderBy('cron_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(fromRow), total: await count(db, query) };
  },

  count: (filter) => count(db, filter),

  due: async (now, limit) => {
    const rows = await db
      .selectFrom('crons')
      .selectAll()
      .where('enabled', '=', 1)
      .where('next_run_ms', '<=', now)
      .orderBy('next_run_ms')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  },

  nextDue: async () => {
    const { next } = await db
      .selectFrom('crons')
      .select((eb) => eb.fn.min('next_run_ms').as('next'))
      .where('enabled', '=', 1)
      .executeTakeFirstOrThrow();
    return next ?? undefined;
  },
});

const writing = (db: LedgerConnection): Pick<CronStore, 'insert' | 'replace' | 'remove' | 'advance'> => ({
  insert: async (cron) => {
    await db.insertInto('crons').values(toRow(cron)).execute();
  },

  replace: async (cron) => {
    const { cron_id, created_at: _created, ...set } = toRow(cron);
    const { numUpdatedRows } = await db
      .updateTable('crons')
      .set(set)
      .where('cron_id', '=', cron_id)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  remove: async (cronId) => {
    const { numDeletedRows } = await db.deleteFrom('crons').where('cron_id', '=', cronId).executeTakeFirst();
    return numDeletedRows > 0n;
  },

  advance: async ({ cronId, from, to, lastError }) => {
    const { numUpdatedRows } = await db
      .updateTable('crons')
      .set({ next_run_ms: to, last_error_json: lastError && JSON.stringify(lastError) })
      .where('cron_id', '=', cronId)
      .where('next_run_ms', '=', from)
      .where('enabled', '=', 1)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },
});

const count = async (db: LedgerConnection, filter: CronFilter): Promise<number> => {
  const { total } = await filtered(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
};

const COLUMNS = {
  cron_id: 'cron_id',
  assistant_id: 'assistant_id',
  thread_id: 'thread_id',
  next_run_date: 'next_run_ms',
  end_time: 'end_time',
  created_at: 'created_at',
  updated_at: 'updated_at',
} as const satisfies Record<CronSearch['sortBy'], keyof CronsTable>;

const filtered = (db: LedgerConnection, { assistantId, threadId, enabled, metadata }: CronFilter) => {
  let query = db.selectFrom('crons');
  if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
  if (threadId !== undefined) query = query.where('thread_id', '=', threadId);
  if (enabled !== undefined) query = query.where('enabled', '=', enabled ? 1 : 0);
  if (metadata !== undefined) query = query.where(jsonContains(db, 'metadata_json', metadata));
  return query;
};

const toRow = (cron: Cron): CronsTable => ({
  cron_id: cron.cronId,
  thread_id: cron.threadId,
  assistant_id: cron.assistantId,
  schedule: cron.schedule,
  timezone: cron.timezone,
  end_time: cron.endTime,
  next_run_ms: cron.nextRunMs,
  enabled: cron.enabled ? 1 : 0,
  on_run_completed: cron.onRunCompleted,
  payload_json: JSON.stringify(cron.payload),
  launch_json: JSON.stringify(cron.launch),
  metadata_json: JSON.stringify(cron.metadata),
  user_id: cron.userId,
  last_error_json: cron.lastError && JSON.stringify(cron.lastError),
  created_at: cron.createdAt,
  updated_at: cron.updatedAt,
});

const fromRow = (row: Selectable<CronsTable>): Cron => ({
  cronId: row.cron_id,
  threadId: row.thread_id,
  assistantId: row.assistant_id,
  schedule: row.schedule,
  timezone: row.timezone,
  endTime: row.end_time,
  nextRunMs: row.next_run_ms,
  enabled: row.enabled === 1,
  onRunCompleted: row.on_run_completed as Cron['onRunCompleted'],
  payload: JSON.parse(row.payload_json) as JsonObject,
  launch: JSON.parse(row.launch_json) as unknown,
  metadata: JSON.parse(row.metadata_json) as JsonObject,
  userId: row.user_id,
  lastError: row.last_error_json === null ? null : (JSON.parse(row.last_error_json) as Cron['lastError']),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
