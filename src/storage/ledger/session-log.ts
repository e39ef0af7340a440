import type { LogEntry } from '../../model/session-log.ts';
import type { SessionLog } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';

export const createSessionLog = (db: LedgerConnection): SessionLog => ({
  append: async (entry) => {
    await db
      .insertInto('session_log')
      .values({
        thread_id: entry.threadId,
        run_id: entry.runId,
        at: entry.at,
        actor: entry.actor,
        kind: entry.kind,
        from_state: entry.from,
        to_state: entry.to,
        detail_json: entry.detail && JSON.stringify(entry.detail),
      })
      .execute();
  },

  read: async (threadId) => {
    const rows = await db
      .selectFrom('session_log')
      .selectAll()
      .where('thread_id', '=', threadId)
      .orderBy('seq')
      .execute();
    return rows.map((row) => ({
      threadId: row.thread_id,
      runId: row.run_id,
      at: row.at,
      actor: row.actor,
      kind: row.kind,
      from: row.from_state as LogEntry['from'],
      to: row.to_state as LogEntry['to'],
      detail: row.detail_json === null ? null : (JSON.parse(row.detail_json) as LogEntry['detail']),
    }));
  },
});
