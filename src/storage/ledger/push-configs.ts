import type { Selectable } from 'kysely';
import type { PushConfig } from '../../model/push-config.ts';
import type { PushConfigStore } from '../notices.ts';
import type { LedgerConnection } from './connection.ts';
import type { PushConfigsTable } from './notices-schema.ts';

export const createPushConfigStore = (db: LedgerConnection): PushConfigStore => ({
  put: async (config) => {
    const { taskId: task_id, configId: config_id, threadId: thread_id, ...rest } = config;
    const values = {
      thread_id,
      url: rest.url,
      token: rest.token,
      authentication_json: rest.authentication && JSON.stringify(rest.authentication),
      protocol: rest.protocol,
      created_at: rest.createdAt,
    };
    await db
      .insertInto('push_configs')
      .values({ task_id, config_id, ...values })
      .onConflict((conflict) => conflict.columns(['task_id', 'config_id']).doUpdateSet(values))
      .execute();
  },

  get: async (taskId, configId) => {
    const row = await db
      .selectFrom('push_configs')
      .selectAll()
      .where('task_id', '=', taskId)
      .where('config_id', '=', configId)
      .executeTakeFirst();
    return row && pushFromRow(row);
  },

  ofTask: (taskId) => pushConfigs(db, 'task_id', taskId),

  ofThread: (threadId) => pushConfigs(db, 'thread_id', threadId),

  remove: async (taskId, configId) => {
    const result = await db
      .deleteFrom('push_configs')
      .where('task_id', '=', taskId)
      .where('config_id', '=', configId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

const pushConfigs = async (
  db: LedgerConnection,
  column: 'task_id' | 'thread_id',
  id: string,
): Promise<PushConfig[]> => {
  const rows = await db
    .selectFrom('push_configs')
    .selectAll()
    .where(column, '=', id)
    .orderBy('created_at')
    .orderBy('config_id')
    .execute();
  return rows.map(pushFromRow);
};

const pushFromRow = (row: Selectable<PushConfigsTable>): PushConfig => ({
  taskId: row.task_id,
  threadId: row.thread_id,
  configId: row.config_id,
  url: row.url,
  token: row.token,
  authentication:
    row.authentication_json === null
      ? null
      : (JSON.parse(row.authentication_json) as PushConfig['authentication']),
  protocol: row.protocol,
  createdAt: row.created_at,
});
