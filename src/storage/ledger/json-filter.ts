import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { HoldsAll } from '../../model/auth-filter.ts';
import { isRecord } from '../../model/json.ts';
import type { LedgerConnection } from './connection.ts';
import { isPostgres } from './sql-dialect.ts';

/**
 * A condition that holds when the JSON in `column` contains `filter`: each of its keys with the same value,
 * objects compared by containment, arrays by equality. Keys and values travel as parameters only.
 */
export const jsonContains = (
  db: LedgerConnection,
  column: string,
  filter: Record<string, unknown>,
): RawBuilder<SqlBool> =>
  isPostgres(db) ? postgresContains(column, filter) : contains(sql.ref(column), filter, 0);

const contains = (
  json: RawBuilder<unknown>,
  filter: Record<string, unknown>,
  depth: number,
): RawBuilder<SqlBool> => {
  const entry = `entry_${depth}`;
  return all(
    Object.entries(filter).map(
      ([key, value]) =>
        sql<SqlBool>`EXISTS (SELECT 1 FROM json_each(${json}) AS ${sql.ref(entry)}
        WHERE ${sql.ref(`${entry}.key`)} = ${key} AND ${equals(entry, value, depth)})`,
    ),
  );
};

const all = (parts: RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  parts.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(parts, sql` AND `)})`;

/** The condition on one row of json_each. */
const equals = (entry: string, expected: unknown, depth: number): RawBuilder<SqlBool> => {
  const type = sql.ref(`${entry}.type`);
  const value = sql.ref(`${entry}.value`);
  if (expected instanceof HoldsAll) {
    const each = expected.values.map(
      (one) => sql<SqlBool>`EXISTS (SELECT 1 FROM json_each(${value}) AS held WHERE held.value = ${one})`,
    );
    return sql`${type} = 'array' AND ${sql.join(each.length > 0 ? each : [sql`1 = 1`], sql` AND `)}`;
  }
  if (expected === null) return sql`${type} = 'null'`;
  if (typeof expected === 'boolean') return sql`${type} = ${String(expected)}`;
  if (typeof expected === 'number') return sql`${type} IN ('integer', 'real') AND ${value} = ${expected}`;
  if (isRecord(expected)) return sql`${type} = 'object' AND ${contains(value, expected, depth + 1)}`;
  if (Array.isArray(expected)) {
    return sql`${type} = 'array' AND json(${value}) = json(${JSON.stringify(expected)})`;
  }
  return sql`${type} = 'text' AND ${value} = ${expected}`;
};

/**
 * Values are compared as the text they were written with. Escapes that Postgres does not read (NUL, half a surrogate
 * pair) are taken for U+FFFD on both sides.
 */
const postgresContains = (column: string, filter: Record<string, unknown>): RawBuilder<SqlBool> => {
  const text = sql.ref(column);
  const json = sql`(CASE WHEN strpos(${text}, '\\u') = 0 THEN ${text}
    ELSE regexp_replace(${text}, ${UNREADABLE.source}, '\\ufffd', 'gi') END)::json`;
  const within = (fields: Record<string, unknown>, path: string[]): RawBuilder<SqlBool>[] => [
    sql<SqlBool>`json_typeof(${json} #> ${path}::text[]) = 'object'`,
    ...Object.entries(fields).flatMap(([key, value]) => {
      const there = sql`(${json} #> ${[...path, key]}::text[])`;
      if (value instanceof HoldsAll) return [holdsAll(there, value)];
      if (isRecord(value)) return within(value, [...path, key]);
      return [sql<SqlBool>`${there}::text = ${readable(value)}`];
    }),
  ];
  return all(within(filter, []));
};

const holdsAll = (json: RawBuilder<unknown>, { values }: HoldsAll): RawBuilder<SqlBool> =>
  sql`CASE WHEN json_typeof(${json}) = 'array'
    THEN ARRAY(SELECT held::text FROM json_array_elements(${json}) AS held) @> ${values.map(readable)}::text[]
    ELSE false END`;

const UNREADABLE = /\\u(0000|d[89a-f][0-9a-f]{2})/gi;

const readable = (value: unknown): string => JSON.stringify(value).replace(UNREADABLE, '\\ufffd');
