import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { isRecord } from '../../model/json.ts';

/**
 * A condition that holds when the JSON in `column` contains `filter`: each of its keys with the same value,
 * objects compared by containment, arrays by equality. Keys and values travel as parameters only.
 */
export const jsonContains = (
  column: RawBuilder<unknown>,
  filter: Record<string, unknown>,
): RawBuilder<SqlBool> => {
  const parts = Object.entries(filter).map(
    ([key, value]) =>
      sql<SqlBool>`EXISTS (SELECT 1 FROM json_each(${column}) AS e WHERE e.key = ${key} AND ${holds(value)})`,
  );
  return parts.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(parts, sql` AND `)})`;
};

/** The condition on the row `e` of the innermost json_each. */
const holds = (value: unknown): RawBuilder<SqlBool> => {
  if (value === null) return sql`e.type = 'null'`;
  if (typeof value === 'boolean') return sql`e.type = ${String(value)}`;
  if (typeof value === 'number') return sql`e.type IN ('integer', 'real') AND e.value = ${value}`;
  if (isRecord(value)) return sql`e.type = 'object' AND ${jsonContains(sql`e.value`, value)}`;
  if (Array.isArray(value)) return sql`e.type = 'array' AND json(e.value) = json(${JSON.stringify(value)})`;
  return sql`e.type = 'text' AND e.value = ${value}`;
};
