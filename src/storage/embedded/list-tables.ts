import type { Database } from 'better-sqlite3';
import type { CheckpointRow } from '../checkpoint-rows.ts';

/** Type of a checkpoint some of whose lists are kept apart. */
export const SHARED = 'json+lists';

/** A list of a thread as it was at some checkpoint: its first `length` items. */
export interface ListRef {
  listId: number;
  length: number;
}

/** A checkpoint's text without its long lists: between each two parts of `shell` belongs the list of that place. */
export interface SharedText {
  shell: string[];
  lists: [channel: string, listId: number, length: number][];
}

/** Items that a checkpoint refers to are not there: the file is damaged. */
export class MissingItemsError extends Error {}

/** What a checkpoint adds to the lists of its thread. */
export interface ListRows {
  /** A new list goes on from the first `baseLength` items of another, or from nothing. */
  lists: { listId: number; baseId: number | null; baseLength: number }[];
  items: { listId: number; pos: number; item: string }[];
}

/** Items are only ever added, so a list and a length stay what they are. */
export const LIST_TABLES = `
CREATE TABLE lists (
  list_key INTEGER PRIMARY KEY,
  thread_id TEXT NOT NULL,
  list_id INTEGER NOT NULL,
  base_id INTEGER,
  base_length INTEGER NOT NULL,
  UNIQUE (thread_id, list_id)
);
CREATE TABLE list_items (
  list_key INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  item TEXT NOT NULL,
  PRIMARY KEY (list_key, pos)
);`;

interface ListRow {
  list_key: number;
  base_id: number | null;
  base_length: number;
}

const prepare = (db: Database) => ({
  list: db.prepare<[string, number], ListRow>(
    'SELECT list_key, base_id, base_length FROM lists WHERE thread_id = ? AND list_id = ?',
  ),
  last: db.prepare<[string], number | null>('SELECT max(list_id) FROM lists WHERE thread_id = ?').pluck(),
  end: db.prepare<[number], number | null>('SELECT max(pos) + 1 FROM list_items WHERE list_key = ?').pluck(),
  items: db
    .prepare<[number, number, number], string>(
      'SELECT item FROM list_items WHERE list_key = ? AND pos >= ? AND pos < ? ORDER BY pos',
    )
    .pluck(),
});

/** Reads lists, and checkpoints that refer to them. */
export const prepareLists = (db: Database) => {
  const reads = prepare(db);
  const find = (threadId: string, listId: number): ListRow => {
    const list = reads.list.get(threadId, listId);
    if (list === undefined) throw new MissingItemsError(`list ${listId} of thread ${threadId} is missing`);
    return list;
  };
  const read = (threadId: string, { listId, length }: ListRef): string[] => {
    const list = find(threadId, listId);
    const shared = Math.min(list.base_length, length);
    const before = list.base_id === null ? [] : read(threadId, { listId: list.base_id, length: shared });
    const items = before.concat(reads.items.all(list.list_key, before.length, length));
    if (items.length === length) return items;
    throw new MissingItemsError(
      `list ${listId} of thread ${threadId} has ${items.length} of ${length} items`,
    );
  };
  return {
    read,
    /** How many items the list has, whoever refers to them. */
    end: (threadId: string, listId: number): number => {
      const { list_key: key, base_length: base } = find(threadId, listId);
      return reads.end.get(key) ?? base;
    },
    /** On how many others the list is based. */
    depth: (threadId: string, listId: number): number => {
      let depth = 0;
      for (let base = find(threadId, listId).base_id; base !== null; base = find(threadId, base).base_id)
        depth += 1;
      return depth;
    },
    /** The highest id in use. */
    last: (threadId: string): number => reads.last.get(threadId) ?? 0,
    /** The same checkpoint with its lists in it; `lists` says which they were. */
    whole: (row: CheckpointRow): CheckpointRow => {
      if (row.type !== SHARED) return row;
      const { shell, lists } = JSON.parse(textOf(row.checkpoint)) as SharedText;
      const parts = lists.map(([, listId, length], index) => {
        return `[${read(row.thread_id, { listId, length }).join(',')}]${shell[index + 1] ?? ''}`;
      });
      return { ...row, type: 'json', checkpoint: `${shell[0] ?? ''}${parts.join('')}`, lists };
    },
  };
};

export type ListReads = ReturnType<typeof prepareLists>;

const textOf = (stored: Uint8Array | string): string =>
  typeof stored === 'string' ? stored : Buffer.from(stored).toString('utf8');

/** Writes what a checkpoint adds, within its transaction. */
export const prepareListWrites = (db: Database) => {
  const reads = prepare(db);
  const addList = db.prepare(
    'INSERT INTO lists (thread_id, list_id, base_id, base_length) VALUES (?, ?, ?, ?)',
  );
  const addItem = db.prepare('INSERT INTO list_items (list_key, pos, item) VALUES (?, ?, ?)');
  /** @throws when items before it are missing, because what was to write them was refused. */
  const add = (threadId: string, { listId, pos, item }: ListRows['items'][number]): void => {
    const list = reads.list.get(threadId, listId);
    const end = list && (reads.end.get(list.list_key) ?? list.base_length);
    if (list === undefined || end !== pos)
      throw new Error(`item ${pos} of list ${listId} cannot be stored: an earlier one is missing`);
    addItem.run(list.list_key, pos, item);
  };
  return (threadId: string, { lists, items }: ListRows): void => {
    for (const { listId, baseId, baseLength } of lists) addList.run(threadId, listId, baseId, baseLength);
    for (const item of items) add(threadId, item);
  };
};

const DELETE_ITEMS = 'DELETE FROM list_items WHERE list_key';

/** Deletes lists: all of a thread, or those that no checkpoint of it refers to any more. */
export const prepareListUpkeep = (db: Database) => {
  const itemsOfThread = db.prepare(`${DELETE_ITEMS} IN (SELECT list_key FROM lists WHERE thread_id = ?)`);
  const listsOfThread = db.prepare('DELETE FROM lists WHERE thread_id = ?');
  const all = db.prepare<[string], ListRow & { list_id: number }>(
    'SELECT list_key, list_id, base_id, base_length FROM lists WHERE thread_id = ?',
  );
  const used = db
    .prepare<[string, string], number>(
      `SELECT DISTINCT json_extract(list.value, '$[1]') FROM checkpoints AS c,
         json_each(CAST(c.checkpoint AS TEXT), '$.lists') AS list
       WHERE c.thread_id = ? AND c.type = ?`,
    )
    .pluck();
  const items = db.prepare(`${DELETE_ITEMS} = ?`);
  const list = db.prepare('DELETE FROM lists WHERE list_key = ?');
  const copyLists = db.prepare(
    `INSERT INTO lists (thread_id, list_id, base_id, base_length)
     SELECT ?, list_id, base_id, base_length FROM lists WHERE thread_id = ?`,
  );
  const copyItems = db.prepare(
    `INSERT INTO list_items (list_key, pos, item)
     SELECT copy.list_key, i.pos, i.item FROM lists AS copy
     JOIN lists AS l ON l.thread_id = ? AND l.list_id = copy.list_id
     JOIN list_items AS i ON i.list_key = l.list_key WHERE copy.thread_id = ?`,
  );
  return {
    deleteAll: (threadId: string): void => {
      itemsOfThread.run(threadId);
      listsOfThread.run(threadId);
    },
    deleteUnused: (threadId: string): void => {
      const lists = all.all(threadId);
      const byId = new Map(lists.map((row) => [row.list_id, row]));
      const kept = new Set<number>();
      for (const listId of used.all(threadId, SHARED)) {
        for (let at: number | null = listId; at !== null && !kept.has(at); at = byId.get(at)?.base_id ?? null)
          kept.add(at);
      }
      for (const { list_id: listId, list_key: key } of lists) {
        if (kept.has(listId)) continue;
        items.run(key);
        list.run(key);
      }
    },
    copy: (from: string, to: string): void => {
      copyLists.run(to, from);
      copyItems.run(from, to);
    },
  };
};
