import type { Selectable } from 'kysely';
import type { NotificationTarget, TargetChannel, TargetEvent } from '../../model/notification-target.ts';
import type { TargetStore } from '../notices.ts';
import type { LedgerConnection } from './connection.ts';
import type { NotificationTargetsTable } from './notices-schema.ts';

export const createTargetStore = (db: LedgerConnection): TargetStore => ({
  insert: async (target) => {
    await db
      .insertInto('notification_targets')
      .values({
        target_id: target.targetId,
        assistant_id: target.assistantId,
        channel: target.channel,
        address: target.address,
        events_json: JSON.stringify(target.events),
        created_by: target.createdBy,
        created_at: target.createdAt,
      })
      .execute();
  },

  get: async (targetId) => {
    const row = await db
      .selectFrom('notification_targets')
      .selectAll()
      .where('target_id', '=', targetId)
      .executeTakeFirst();
    return row && targetFromRow(row);
  },

  list: async ({ assistantId, limit, offset }) => {
    let query = db.selectFrom('notification_targets');
    if (assistantId !== undefined) query = query.where('assistant_id', '=', assistantId);
    const { total } = await query
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await query
      .selectAll()
      .orderBy('created_at')
      .orderBy('target_id')
      .limit(limit)
      .offset(offset)
      .execute();
    return { items: rows.map(targetFromRow), total: Number(total) };
  },

  concerning: async (assistantId) => {
    const rows = await db
      .selectFrom('notification_targets')
      .selectAll()
      .where((eb) =>
        assistantId === null
          ? eb('assistant_id', 'is', null)
          : eb.or([eb('assistant_id', 'is', null), eb('assistant_id', '=', assistantId)]),
      )
      .orderBy('created_at')
      .execute();
    return rows.map(targetFromRow);
  },

  remove: async (targetId) => {
    const result = await db
      .deleteFrom('notification_targets')
      .where('target_id', '=', targetId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

const targetFromRow = (row: Selectable<NotificationTargetsTable>): NotificationTarget => ({
  targetId: row.target_id,
  assistantId: row.assistant_id,
  channel: row.channel as TargetChannel,
  address: row.address,
  events: JSON.parse(row.events_json) as TargetEvent[],
  createdBy: row.created_by,
  createdAt: row.created_at,
});
