import { sql } from 'kysely';
import type { ConditionStore } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';

/** Written as the partial index says it, so that SQLite uses the index. */
const UNMET = sql<boolean>`met = 0`;

export const createConditionStore = (db: LedgerConnection): ConditionStore => ({
  ...createConditionQueries(db),

  insert: async (conditions) => {
    if (conditions.length === 0) return;
    const rows = conditions.map(({ pauseId, place, type, event, sinceMs, dueMs }) => ({
      pause_id: pauseId,
      place,
      type,
      event,
      since_ms: sinceMs,
      due_ms: dueMs,
      met: 0,
    }));
    await db.insertInto('resume_conditions').values(rows).execute();
  },

  // All rows of the pause are written, so that two who meet different ones do not pass each other by.
  meet: async (pauseId, places) => {
    const rows = await db
      .updateTable('resume_conditions')
      .set((eb) => {
        const met = eb.or(places.map((place) => eb('place', '=', place)));
        return {
          met: eb.case().when(met).then(1).else(eb.ref('met')).end(),
          due_ms: eb.case().when(met).then(null).else(eb.ref('due_ms')).end(),
        };
      })
      .where('pause_id', '=', pauseId)
      .returning(['place', 'met'])
      .execute();
    return rows.filter(({ met }) => met === 1).map(({ place }) => place);
  },

  remove: (pauseId) => forgetConditions(db, pauseId),
});

const createConditionQueries = (
  db: LedgerConnection,
): Pick<ConditionStore, 'waitingFor' | 'countWaitingFor' | 'due' | 'nextDue'> => ({
  waitingFor: async ({ event, sinceMs, afterPauseId, limit }) => {
    const rows = await db
      .selectFrom('resume_conditions')
      .select('pause_id')
      .distinct()
      .where('event', '=', event)
      .where(UNMET)
      .where('type', '=', 'event')
      .where('since_ms', '<=', sinceMs)
      .where('pause_id', '>', afterPauseId)
      .orderBy('pause_id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.pause_id);
  },

  countWaitingFor: async (event) => {
    const { count } = await db
      .selectFrom('resume_conditions')
      .select((eb) => eb.fn.count<number>('pause_id').distinct().as('count'))
      .where('event', '=', event)
      .where(UNMET)
      .where('type', '=', 'event')
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  due: async (nowMs, limit) => {
    const rows = await db
      .selectFrom('resume_conditions')
      .select(['pause_id', 'place'])
      .where('due_ms', '<=', nowMs)
      .orderBy('due_ms')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ pauseId: row.pause_id, place: row.place }));
  },

  nextDue: async () => {
    const row = await db
      .selectFrom('resume_conditions')
      .select('due_ms')
      .where('due_ms', 'is not', null)
      .orderBy('due_ms')
      .limit(1)
      .executeTakeFirst();
    return row?.due_ms == null ? undefined : Number(row.due_ms);
  },
});

/** A pause that is over waits for nothing and resumes nothing: in the transaction that ends it. */
export const forgetConditions = async (db: LedgerConnection, pauseId: string): Promise<void> => {
  await db.deleteFrom('resume_conditions').where('pause_id', '=', pauseId).execute();
  await db.deleteFrom('resume_fires').where('pause_id', '=', pauseId).execute();
};
