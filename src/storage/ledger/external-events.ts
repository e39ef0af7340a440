import { sql, type Selectable } from 'kysely';
import type { ExternalEvent, ExternalEventStore } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import { PARENT } from './thread-facts.ts';
import type { ExternalEventsTable } from './triggers-schema.ts';

export const createExternalEventStore = (db: LedgerConnection): ExternalEventStore => ({
  insert: async ({ eventId, type, data, receivedMs }) => {
    const result = await db
      .insertInto('external_events')
      .values({
        event_id: eventId,
        type,
        data_json: JSON.stringify(data ?? null),
        received_ms: receivedMs,
        seen_pause_id: '',
        done: 0,
      })
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  },

  insertForParent: async ({ data, ...event }) => {
    await insertForParent(db, { ...event, dataJson: JSON.stringify(data ?? null) });
  },

  since: async ({ type, fromMs, limit }) => {
    const rows = await db
      .selectFrom('external_events')
      .selectAll()
      .where('type', '=', type)
      .where('received_ms', '>=', fromMs)
      .orderBy('received_ms')
      .orderBy('event_id')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  },

  open: async () => {
    const row = await db
      .selectFrom('external_events')
      .selectAll()
      .where('done', '=', 0)
      .orderBy('received_ms')
      .orderBy('event_id')
      .limit(1)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  saw: async (eventId, seenPauseId) => {
    const { numUpdatedRows } = await db
      .updateTable('external_events')
      .set(seenPauseId === null ? { done: 1 } : { seen_pause_id: seenPauseId })
      .where('event_id', '=', eventId)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  prune: async (beforeMs) => {
    const result = await db
      .deleteFrom('external_events')
      .where('done', '=', 1)
      .where('received_ms', '<', beforeMs)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});

const insertForParent = prepared(
  (_, given: { threadId: string; eventId: string; dataJson: string; receivedMs: number }) => sql`
    INSERT INTO external_events (event_id, type, data_json, received_ms, seen_pause_id, done)
    SELECT ${given.eventId}, 'children.' || replace(substr(fact, ${PARENT.length}), '"', ''),
      ${given.dataJson}, CAST(${given.receivedMs} AS BIGINT), '', 0
    FROM thread_facts
    WHERE thread_id = ${given.threadId} AND substr(fact, 1, ${PARENT.length}) = ${PARENT}
    ON CONFLICT DO NOTHING`,
);

const fromRow = (row: Selectable<ExternalEventsTable>): ExternalEvent => ({
  eventId: row.event_id,
  type: row.type,
  data: JSON.parse(row.data_json) as unknown,
  receivedMs: Number(row.received_ms),
  seenPauseId: row.seen_pause_id,
});
