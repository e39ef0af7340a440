import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { isRecord } from '../../model/json.ts';

/**
 * A condition that holds when the JSON in `column` contains `filter`: each of its keys with the same value,
 * objects compared by containment, arrays by equality. Keys and values travel as parameters only.
 */
export const jsonContains = (column: string, filter: Record<string, unknown>): RawBuilder<SqlBool> =>
  contains(sql.ref(column), filter, 0);

const contains = (
  json: RawBuilder<unknown>,
  filter: Record<string, unknown>,
  depth: number,
): RawBuilder<SqlBool> => {
  const entry = `entry_${depth}`;
  const parts = Object.entries(filter).map(
    ([key, value]) =>
      sql<SqlBool>`EXISTS (SELECT 1 FROM json_each(${json}) AS ${sql.ref(entry)}
        WHERE ${sql.ref(`${entry}.key`)} = ${key} AND ${equals(entry, value, depth)})`,
  );
  return parts.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(parts, sql` AND `)})`;
};

/** The condition on one row of json_each. */
const equals = (entry: string, expected: unknown, depth: number): RawBuilder<SqlBool> => {
  const type = sql.ref(`${entry}.type`);
  const value = sql.ref(`${entry}.value`);
  if (expected === null) return sql`${type} = 'null'`;
  if (typeof expected === 'boolean') return sql`${type} = ${String(expected)}`;
  if (typeof expected === 'number') return sql`${type} IN ('integer', 'real') AND ${value} = ${expected}`;
  if (isRecord(expected)) return sql`${type} = 'object' AND ${contains(value, expected, depth + 1)}`;
  if (Array.isArray(expected)) {
    return sql`${type} = 'array' AND json(${value}) = json(${JSON.stringify(expected)})`;
  }
  return sql`${type} = 'text' AND ${value} = ${expected}`;
};
