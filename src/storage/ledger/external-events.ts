import { sql, type Selectable } from 'kysely';
import type { ExternalEvent, ExternalEventStore } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import { PARENT_FACT } from './thread-facts.ts';
import type { ExternalEventsTable } from './triggers-schema.ts';

/** What `done` says of an event. */
const STAGES = { open: 0, done: 1, launching: 2 } as const;
type Stage = (typeof STAGES)[keyof typeof STAGES];

/**
 * What is read in the place of half a surrogate pair. SQLite may hold an id with one, from before those were refused:
 * by the text that is read it is not found.
 */
const NO_CHARACTER = '\u{fffd}';

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
        done: STAGES.open,
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

  open: () => oldestIn(db, STAGES.open),

  launching: () => oldestIn(db, STAGES.launching),

  saw: async ({ eventId, receivedMs }, seen) => {
    const set = typeof seen === 'string' ? { done: STAGES[seen] } : { seen_pause_id: seen.pauseId };
    const update = db.updateTable('external_events').set(set);
    const found = await update.where('event_id', '=', eventId).executeTakeFirst();
    if (found.numUpdatedRows > 0n || !eventId.includes(NO_CHARACTER)) return found.numUpdatedRows > 0n;
    const unreadable = await update
      .where('event_id', '=', oldest(db).where('received_ms', '=', receivedMs).select('event_id'))
      .executeTakeFirst();
    return unreadable.numUpdatedRows > 0n;
  },

  prune: async (beforeMs) => {
    const result = await db
      .deleteFrom('external_events')
      .where('done', '=', STAGES.done)
      .where('received_ms', '<', beforeMs)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});

/** Of those that are not done with. */
const oldest = (db: LedgerConnection) =>
  db
    .selectFrom('external_events')
    .where('done', '!=', STAGES.done)
    .orderBy('received_ms')
    .orderBy('event_id')
    .limit(1);

const oldestIn = async (db: LedgerConnection, stage: Stage): Promise<ExternalEvent | undefined> => {
  const row = await oldest(db).where('done', '=', stage).selectAll().executeTakeFirst();
  return row && fromRow(row);
};

const insertForParent = prepared(
  (_, given: { threadId: string; eventId: string; dataJson: string; receivedMs: number }) => sql`
    INSERT INTO external_events (event_id, type, data_json, received_ms, seen_pause_id, done)
    SELECT ${given.eventId}, 'children.' || replace(substr(fact, ${PARENT_FACT.length}), '"', ''),
      ${given.dataJson}, CAST(${given.receivedMs} AS BIGINT), '', 0
    FROM thread_facts
    WHERE thread_id = ${given.threadId} AND substr(fact, 1, ${PARENT_FACT.length}) = ${PARENT_FACT}
    ON CONFLICT DO NOTHING`,
);

const fromRow = (row: Selectable<ExternalEventsTable>): ExternalEvent => ({
  eventId: row.event_id,
  type: row.type,
  data: JSON.parse(row.data_json) as unknown,
  receivedMs: Number(row.received_ms),
  seenPauseId: row.seen_pause_id,
});
