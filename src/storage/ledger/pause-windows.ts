import type { Selectable } from 'kysely';
import type { PauseWindow } from '../../model/pause-window.ts';
import type { WindowStore } from '../trigger-stores.ts';
import type { LedgerConnection } from './connection.ts';
import type { PauseWindowsTable } from './triggers-schema.ts';

export const createWindowStore = (db: LedgerConnection): WindowStore => ({
  insert: async (window) => {
    await db
      .insertInto('pause_windows')
      .values({ ...columns(window), window_id: window.windowId, version: 1, created_at: window.createdAt })
      .execute();
  },

  get: async (windowId) => {
    const row = await db
      .selectFrom('pause_windows')
      .selectAll()
      .where('window_id', '=', windowId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  list: async () => {
    const rows = await db
      .selectFrom('pause_windows')
      .selectAll()
      .orderBy('created_at')
      .orderBy('window_id')
      .execute();
    return rows.map(fromRow);
  },

  update: async (window, version) => {
    const result = await db
      .updateTable('pause_windows')
      .set({ ...columns(window), version: version + 1 })
      .where('window_id', '=', window.windowId)
      .where('version', '=', version)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  remove: async (windowId) => {
    const result = await db.deleteFrom('pause_windows').where('window_id', '=', windowId).executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

type Definition = Omit<
  PauseWindow,
  'windowId' | 'name' | 'sinceMs' | 'lastStartMs' | 'toldMs' | 'open' | 'createdAt' | 'updatedAt'
>;

const columns = (window: PauseWindow) => {
  const {
    windowId: _id,
    name,
    sinceMs,
    lastStartMs,
    toldMs,
    open,
    createdAt: _at,
    updatedAt,
    ...definition
  } = window;
  return {
    name,
    definition_json: JSON.stringify(definition satisfies Definition),
    since_ms: sinceMs,
    last_start_ms: lastStartMs,
    told_json: JSON.stringify(toldMs),
    open_json: open && JSON.stringify(open),
    updated_at: updatedAt,
  };
};

const fromRow = (row: Selectable<PauseWindowsTable>): { window: PauseWindow; version: number } => ({
  window: {
    ...(JSON.parse(row.definition_json) as Definition),
    windowId: row.window_id,
    name: row.name,
    sinceMs: Number(row.since_ms),
    lastStartMs: row.last_start_ms === null ? null : Number(row.last_start_ms),
    toldMs: JSON.parse(row.told_json) as PauseWindow['toldMs'],
    open: row.open_json === null ? null : (JSON.parse(row.open_json) as PauseWindow['open']),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  },
  version: row.version,
});
