import { sql } from 'kysely';
import type { TallyStore } from '../tallies.ts';
import type { LedgerConnection } from './connection.ts';

/** Lines written at once: SQLite bounds the values of a statement. */
const AT_ONCE = 200;

export const createTallyStore = (db: LedgerConnection): TallyStore => ({
  add: async (lines) => {
    // Everybody in the same order, so that nobody waits for another who waits for them.
    const sorted = lines.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (let from = 0; from < sorted.length; from += AT_ONCE) {
      await db
        .insertInto('tallies')
        .values(sorted.slice(from, from + AT_ONCE))
        .onConflict((conflict) =>
          conflict.columns(['name', 'labels']).doUpdateSet({
            value: sql<number>`tallies.value + excluded.value`,
          }),
        )
        .execute();
    }
  },

  all: async () => {
    const rows = await db.selectFrom('tallies').select(['name', 'labels', 'value']).execute();
    return rows.map((row) => ({ ...row, value: Number(row.value) }));
  },
});

const keyOf = ({ name, labels }: { name: string; labels: string }): string => `${name} ${labels}`;
