import type { Selectable } from 'kysely';
import type { FireStore, ResumeFire } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';
import type { ResumeFiresTable } from './triggers-schema.ts';

export const createFireStore = (db: LedgerConnection): FireStore => ({
  insert: async ({ pauseId, trigger, data, firedMs }) => {
    const result = await db
      .insertInto('resume_fires')
      .values({
        pause_id: pauseId,
        trigger,
        data_json: data === undefined || data === null ? null : JSON.stringify(data),
        fired_ms: firedMs,
        next_ms: firedMs,
        tries: 0,
        refusal: null,
      })
      .onConflict((conflict) => conflict.column('pause_id').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  },

  get: async (pauseId) => {
    const row = await db
      .selectFrom('resume_fires')
      .selectAll()
      .where('pause_id', '=', pauseId)
      .executeTakeFirst();
    return row && fireFromRow(row);
  },

  due: async (nowMs, limit) => {
    const rows = await db
      .selectFrom('resume_fires')
      .selectAll()
      .where('next_ms', '<=', nowMs)
      .orderBy('next_ms')
      .orderBy('pause_id')
      .limit(limit)
      .execute();
    return rows.map(fireFromRow);
  },

  nextDue: async () => {
    const row = await db
      .selectFrom('resume_fires')
      .select('next_ms')
      .orderBy('next_ms')
      .limit(1)
      .executeTakeFirst();
    return row && Number(row.next_ms);
  },

  postpone: async (pauseId, { nextMs, refusal }) => {
    await db
      .updateTable('resume_fires')
      .set((eb) => ({ next_ms: nextMs, refusal, tries: eb('tries', '+', 1) }))
      .where('pause_id', '=', pauseId)
      .execute();
  },

  hurry: async (nowMs) => {
    await db.updateTable('resume_fires').set({ next_ms: nowMs }).where('next_ms', '>', nowMs).execute();
  },
});

const fireFromRow = (row: Selectable<ResumeFiresTable>): ResumeFire => ({
  pauseId: row.pause_id,
  trigger: row.trigger,
  data: row.data_json === null ? null : (JSON.parse(row.data_json) as unknown),
  firedMs: Number(row.fired_ms),
  nextMs: Number(row.next_ms),
  tries: row.tries,
  refusal: row.refusal,
});
