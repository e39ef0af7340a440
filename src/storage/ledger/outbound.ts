import type { Insertable, Selectable } from 'kysely';
import { isMail, parseDestination, type OutboundMessage, type OutboundStatus } from '../../model/outbound.ts';
import type { NewOutboundMessage, OutboundStore } from '../outbound-store.ts';
import type { LedgerConnection } from './connection.ts';
import type { OutboundTable } from './schema.ts';

export const createOutboundStore = (db: LedgerConnection): OutboundStore => ({
  ...createOutboundQueries(db),

  enqueue: async (message) => {
    await db.insertInto('outbound').values(newRow(message)).execute();
  },

  take: async ({ outboundId, now, until }) => {
    const row = await db
      .updateTable('outbound')
      .set((eb) => ({ attempts: eb('attempts', '+', 1), next_ms: until, updated_at: iso(now) }))
      .where('outbound_id', '=', outboundId)
      .where('status', '=', 'pending')
      .where('next_ms', '<=', now)
      .returningAll()
      .executeTakeFirst();
    return row && fromRow(row);
  },

  settle: async ({ outboundId, attempt, status, attempts, nextMs, answerStatus, error, now }) => {
    const result = await db
      .updateTable('outbound')
      .set({
        status,
        attempts,
        next_ms: nextMs,
        answer_status: answerStatus,
        error,
        updated_at: iso(now),
      })
      .where('outbound_id', '=', outboundId)
      .where('status', '=', 'pending')
      .where('attempts', '=', attempt)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  retry: async (outboundId, now) => {
    const result = await db
      .updateTable('outbound')
      .set({ status: 'pending', attempts: 0, next_ms: now, updated_at: iso(now) })
      .where('outbound_id', '=', outboundId)
      .where('status', '=', 'failed')
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  prune: async (endedBefore) => {
    const result = await db
      .deleteFrom('outbound')
      .where('status', 'in', ['delivered', 'failed'])
      .where('updated_at', '<', endedBefore)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});

const createOutboundQueries = (
  db: LedgerConnection,
): Pick<OutboundStore, 'get' | 'list' | 'due' | 'nextDue'> => ({
  get: async (outboundId) => {
    const row = await db
      .selectFrom('outbound')
      .selectAll()
      .where('outbound_id', '=', outboundId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  list: async ({ status, kind, limit, offset }) => {
    let query = db.selectFrom('outbound');
    if (status !== undefined) query = query.where('status', '=', status);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    const { total } = await query
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await query
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('outbound_id', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return { items: rows.map(fromRow), total: Number(total) };
  },

  due: async ({ now, limit, notTo }) => {
    let query = db.selectFrom('outbound').select(['outbound_id', 'origin']).where('next_ms', '<=', now);
    if (notTo.length > 0) query = query.where('origin', 'not in', notTo);
    const rows = await query.orderBy('next_ms').orderBy('outbound_id').limit(limit).execute();
    return rows.map((row) => ({ outboundId: row.outbound_id, origin: row.origin }));
  },

  nextDue: async (notTo) => {
    let query = db.selectFrom('outbound').select('next_ms').where('next_ms', 'is not', null);
    if (notTo.length > 0) query = query.where('origin', 'not in', notTo);
    const row = await query.orderBy('next_ms').limit(1).executeTakeFirst();
    return row?.next_ms == null ? undefined : Number(row.next_ms);
  },
});

const newRow = (message: NewOutboundMessage): Insertable<OutboundTable> => {
  const at = iso(message.now);
  return {
    outbound_id: message.outboundId,
    kind: message.kind,
    url: message.url,
    origin: originOf(message.url),
    body: JSON.stringify(message.body),
    headers_json: message.headers ? JSON.stringify(message.headers) : null,
    thread_id: message.threadId ?? null,
    run_id: message.runId ?? null,
    status: 'pending',
    attempts: 0,
    next_ms: message.now,
    answer_status: null,
    error: null,
    created_at: at,
    updated_at: at,
  };
};

/** Where it goes, by which deliveries to one receiver are counted. All mail goes to one server. */
const originOf = (url: string): string => {
  if (isMail(url)) return 'mailto:';
  const destination = parseDestination(url);
  return destination.server ? '' : destination.url.origin;
};

const fromRow = (row: Selectable<OutboundTable>): OutboundMessage => ({
  outboundId: row.outbound_id,
  kind: row.kind,
  url: row.url,
  body: row.body,
  headers: row.headers_json === null ? null : (JSON.parse(row.headers_json) as Record<string, string>),
  threadId: row.thread_id,
  runId: row.run_id,
  status: row.status as OutboundStatus,
  attempts: row.attempts,
  nextMs: row.next_ms === null ? null : Number(row.next_ms),
  answerStatus: row.answer_status,
  error: row.error,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const iso = (ms: number): string => new Date(ms).toISOString();
