import { isDeepStrictEqual } from 'node:util';
import type { Database, Statement } from 'better-sqlite3';

/** Which checkpoints to list. A missing field does not narrow. */
export interface ListQuery {
  threadId?: string;
  ns?: string;
  /** Only what was inserted before this checkpoint; nothing when there is no such one. */
  before?: { checkpointId: string; threadId?: string; ns?: string };
  /** JSON text of the metadata fields that must be equal. */
  filter?: string;
  limit?: number;
}

/** Metadata is compared by parsed key and value, never by a path or text built from them. */
const MATCHES_FILTER = `NOT EXISTS (
  SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS (
    SELECT 1 FROM json_each(CAST(metadata AS TEXT)) AS found
    WHERE found.key = wanted.key AND found.type = wanted.type AND CASE
      WHEN found.type IN ('object', 'array') THEN same_json(found.value, wanted.value)
      ELSE found.value IS wanted.value END))`;

type Condition = readonly [sql: string, ...values: (string | number)[]];

const conditionsOf = (alias: string, threadId?: string, ns?: string): Condition[] => {
  const conditions: Condition[] = [];
  if (threadId !== undefined) conditions.push([`${alias}.thread_id = ?`, threadId]);
  if (ns !== undefined) conditions.push([`${alias}.checkpoint_ns = ?`, ns]);
  return conditions;
};

const join = (conditions: Condition[]): string => conditions.map(([sql]) => sql).join(' AND ');

const valuesOf = (conditions: Condition[]) => conditions.flatMap(([, ...values]) => values);

const beforeCondition = (before: NonNullable<ListQuery['before']>): Condition => {
  const named: Condition[] = [
    ['named.checkpoint_id = ?', before.checkpointId],
    ...conditionsOf('named', before.threadId, before.ns),
  ];
  const rowid = `SELECT min(named.rowid) FROM checkpoints AS named WHERE ${join(named)}`;
  return [`checkpoints.rowid < (${rowid})`, ...valuesOf(named)];
};

/** Finds the rowids of checkpoints, newest insertion first. The texts of its statements are few, each prepared once. */
export const prepareList = (db: Database): ((query: ListQuery) => number[]) => {
  db.function('same_json', { deterministic: true }, (found: string, wanted: string) =>
    Number(isDeepStrictEqual(JSON.parse(found), JSON.parse(wanted))),
  );
  const prepared = new Map<string, Statement<(string | number)[], number>>();
  const prepare = (sql: string): Statement<(string | number)[], number> => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare<(string | number)[], number>(sql).pluck();
      prepared.set(sql, statement);
    }
    return statement;
  };
  return ({ threadId, ns, before, filter, limit = -1 }) => {
    const where = conditionsOf('checkpoints', threadId, ns);
    if (before !== undefined) where.push(beforeCondition(before));
    if (filter !== undefined) where.push([MATCHES_FILTER, filter]);
    const clause = where.length === 0 ? '' : `WHERE ${join(where)}`;
    const sql = `SELECT rowid FROM checkpoints ${clause} ORDER BY rowid DESC LIMIT ?`;
    return prepare(sql).all(...valuesOf(where), limit);
  };
};
