import type { WorkerSeen } from '../../model/worker.ts';
import type { WorkerCallStore, WorkerOrder, WorkerRegistry } from '../worker-stores.ts';
import type { LedgerConnection } from './connection.ts';

export const createWorkerRegistry = (db: LedgerConnection): WorkerRegistry => ({
  ...createOrders(db),

  register: async ({ seen, nodeId, expiresMs }) => {
    await db
      .insertInto('worker_processes')
      .values({
        worker_id: seen.id,
        node_id: nodeId,
        seen_json: JSON.stringify(seen),
        started_ms: seen.startedAt,
        expires_ms: expiresMs,
        order_json: null,
      })
      .execute();
  },

  renew: async ({ nodeId, workers, expiresMs }) => {
    for (const seen of workers)
      await db
        .updateTable('worker_processes')
        .set({ expires_ms: expiresMs, seen_json: JSON.stringify(seen) })
        .where('node_id', '=', nodeId)
        .where('worker_id', '=', seen.id)
        .execute();
  },

  remove: async (workerId) => {
    await db.deleteFrom('worker_processes').where('worker_id', '=', workerId).execute();
  },

  removeExpired: async (now) => {
    await db.deleteFrom('worker_processes').where('expires_ms', '<', now).execute();
  },

  list: async () => {
    const rows = await db.selectFrom('worker_processes').selectAll().orderBy('started_ms').execute();
    return rows.map((row) => ({
      seen: JSON.parse(row.seen_json) as WorkerSeen,
      nodeId: row.node_id,
      expiresMs: row.expires_ms,
    }));
  },
});

const createOrders = (db: LedgerConnection): Pick<WorkerRegistry, 'order' | 'ordersFor'> => ({
  order: async (workerId, order) => {
    const known = await db
      .selectFrom('worker_processes')
      .select('order_json')
      .where('worker_id', '=', workerId)
      .executeTakeFirst();
    if (!known) return false;
    const before = orderOf(known.order_json);
    if (before && (before.kind === 'kill' || order.kind === 'drain')) return true;
    await db
      .updateTable('worker_processes')
      .set({ order_json: JSON.stringify(order) })
      .where('worker_id', '=', workerId)
      .execute();
    return true;
  },

  ordersFor: async (nodeId) => {
    const rows = await db
      .selectFrom('worker_processes')
      .select(['worker_id', 'order_json'])
      .where('node_id', '=', nodeId)
      .where('order_json', 'is not', null)
      .execute();
    return rows.flatMap(({ worker_id, order_json }) => {
      const order = orderOf(order_json);
      return order ? [{ workerId: worker_id, order }] : [];
    });
  },
});

const orderOf = (json: string | null): WorkerOrder | undefined =>
  json === null ? undefined : (JSON.parse(json) as WorkerOrder);

const createCallQueue = (db: LedgerConnection): Pick<WorkerCallStore, 'waits' | 'take'> => ({
  waits: async (now) => {
    const row = await db
      .selectFrom('worker_calls')
      .select('call_id')
      .where('taken_by', 'is', null)
      .where('deadline_ms', '>', now)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },

  take: async ({ nodeId, now }) => {
    const row = await db
      .updateTable('worker_calls')
      .set({ taken_by: nodeId })
      .where('call_id', '=', (eb) =>
        eb
          .selectFrom('worker_calls')
          .select('call_id')
          .where('taken_by', 'is', null)
          .where('deadline_ms', '>', now)
          .orderBy('deadline_ms')
          .limit(1),
      )
      .where('taken_by', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return (
      row && {
        callId: row.call_id,
        method: row.method,
        params: row.params_json,
        deadlineMs: row.deadline_ms,
      }
    );
  },
});

export const createWorkerCalls = (db: LedgerConnection): WorkerCallStore => ({
  ...createCallQueue(db),

  insert: async ({ callId, method, params, deadlineMs }) => {
    await db
      .insertInto('worker_calls')
      .values({
        call_id: callId,
        method,
        params_json: params,
        deadline_ms: deadlineMs,
        taken_by: null,
        answer_json: null,
      })
      .execute();
  },

  answer: async (callId, answer) => {
    await db.updateTable('worker_calls').set({ answer_json: answer }).where('call_id', '=', callId).execute();
  },

  answerOf: async (callId) => {
    const row = await db
      .selectFrom('worker_calls')
      .select('answer_json')
      .where('call_id', '=', callId)
      .executeTakeFirst();
    return row?.answer_json ?? undefined;
  },

  remove: async (callId) => {
    await db.deleteFrom('worker_calls').where('call_id', '=', callId).execute();
  },

  prune: async (now) => {
    await db.deleteFrom('worker_calls').where('deadline_ms', '<', now).execute();
  },
});
