import type { Insertable, Selectable } from 'kysely';
import type { ActivityLine, ActivityQuery, LogEntry } from '../../model/session-log.ts';
import type { SessionLog } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import type { SessionLogTable } from './schema.ts';
import { prepared } from './prepared.ts';

const appendEntry = prepared((db, row: Insertable<SessionLogTable>) =>
  db.insertInto('session_log').values(row),
);

export const createSessionLog = (db: LedgerConnection): SessionLog => ({
  append: async (entry) => {
    await appendEntry(db, {
      thread_id: entry.threadId,
      run_id: entry.runId,
      at: entry.at,
      actor: entry.actor,
      kind: entry.kind,
      from_state: entry.from,
      to_state: entry.to,
      detail_json: entry.detail && JSON.stringify(entry.detail),
    });
  },

  read: async (threadId) => {
    const rows = await db
      .selectFrom('session_log')
      .selectAll()
      .where('thread_id', '=', threadId)
      .orderBy('seq')
      .execute();
    return rows.map(fromRow);
  },

  search: async (query) => (await filtered(db, query)).map(withPlace),

  since: async (after, limit) => {
    const rows = await db
      .selectFrom('session_log')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(withPlace);
  },

  end: async () => {
    const { last } = await db
      .selectFrom('session_log')
      .select((eb) => eb.fn.max('seq').as('last'))
      .executeTakeFirstOrThrow();
    return Number(last ?? 0);
  },
});

const filtered = (
  db: LedgerConnection,
  { threadId, actor, kinds, since, until, before, limit }: ActivityQuery,
) => {
  let query = db.selectFrom('session_log').selectAll();
  if (threadId !== undefined) query = query.where('thread_id', '=', threadId);
  if (actor !== undefined) query = query.where('actor', '=', actor);
  if (kinds !== undefined) query = query.where('kind', 'in', kinds);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<=', until);
  if (before !== undefined) query = query.where('seq', '<', before);
  return query.orderBy('seq', 'desc').limit(limit).execute();
};

type Row = Selectable<SessionLogTable>;

const withPlace = (row: Row): ActivityLine => ({ ...fromRow(row), seq: Number(row.seq) });

const fromRow = (row: Row): LogEntry => ({
  threadId: row.thread_id,
  runId: row.run_id,
  at: row.at,
  actor: row.actor,
  kind: row.kind as LogEntry['kind'],
  from: row.from_state as LogEntry['from'],
  to: row.to_state as LogEntry['to'],
  detail: row.detail_json === null ? null : (JSON.parse(row.detail_json) as LogEntry['detail']),
});
