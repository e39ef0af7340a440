import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { NewNotice, Notice, NoticeKind } from '../../model/notice.ts';
import type { NoticeStore } from '../notices.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import type { NoticesTable } from './notices-schema.ts';

type NewRow = Record<
  'kind' | 'at' | 'threadId' | 'runId' | 'assistantId' | 'state' | 'subjectId' | 'detailJson',
  string | null
>;

const PEOPLE = sql<boolean>`EXISTS (SELECT 1 FROM notification_targets)`;
const tasksOf = (threadId: string | null) =>
  sql<boolean>`EXISTS (SELECT 1 FROM push_configs WHERE thread_id = ${threadId})`;

const addWhere = (wanted: (row: NewRow) => RawBuilder<boolean>) =>
  prepared(
    (_, row: NewRow) => sql`
      INSERT INTO notices (kind, at, thread_id, run_id, assistant_id, state, subject_id, detail_json)
      SELECT ${row.kind}, ${row.at}, ${row.threadId}, ${row.runId}, ${row.assistantId}, ${row.state},
        ${row.subjectId}, ${row.detailJson}
      WHERE ${wanted(row)}`,
  );

/** Adds a notice if there is whom to tell. */
const ADD = {
  people: addWhere(() => PEOPLE),
  tasks: addWhere(({ threadId }) => tasksOf(threadId)),
  both: addWhere(({ threadId }) => sql<boolean>`(${PEOPLE} OR ${tasksOf(threadId)})`),
};

export const createNoticeStore = (db: LedgerConnection): NoticeStore => ({
  add: async (notice) => {
    const { kind, at, threadId = null, runId = null, assistantId = null } = notice;
    const { state = null, subjectId = null, detail = null } = notice;
    const detailJson = detail && JSON.stringify(detail);
    const row = { kind, at, threadId, runId, assistantId, state, subjectId, detailJson };
    await ADD[wantedBy(notice)](db, row);
  },

  waiting: async (limit) => {
    const rows = await db.selectFrom('notices').selectAll().orderBy('seq').limit(limit).execute();
    return rows.map(fromRow);
  },

  anyNews: async () => {
    const { rows } = await sql<{ news: unknown }>`SELECT (EXISTS (SELECT 1 FROM notices)
      OR EXISTS (SELECT 1 FROM external_events WHERE done = 0)) AS news`.execute(db);
    return Boolean(rows[0]?.news);
  },

  take: async (seq) => {
    const result = await db.deleteFrom('notices').where('seq', '=', seq).executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

/** People hear of pauses, not of each run that ends; those who asked for a task hear of all that becomes of it. */
const wantedBy = ({ kind, state }: NewNotice): keyof typeof ADD => {
  if (kind !== 'run') return 'people';
  return state === 'paused' ? 'both' : 'tasks';
};

const fromRow = (row: Selectable<NoticesTable>): Notice => ({
  seq: Number(row.seq),
  kind: row.kind as NoticeKind,
  at: row.at,
  threadId: row.thread_id,
  runId: row.run_id,
  assistantId: row.assistant_id,
  state: row.state as Notice['state'],
  subjectId: row.subject_id,
  detail: row.detail_json === null ? null : (JSON.parse(row.detail_json) as Notice['detail']),
});
