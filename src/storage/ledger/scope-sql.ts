import { sql, type RawBuilder } from 'kysely';

/** Where a run is, as SQL: columns or values. */
interface PlaceSql {
  threadId: RawBuilder<unknown>;
  assistantId: RawBuilder<unknown>;
}

const placeOf = (r: string): PlaceSql => ({
  threadId: sql.ref(`${r}.thread_id`),
  assistantId: sql.ref(`${r}.assistant_id`),
});

/** Whether the scope pause `p` covers what is there. */
const covers = ({
  threadId,
  assistantId,
}: PlaceSql): RawBuilder<boolean> => sql<boolean>`(p.scope_type = 'all'
    OR (p.scope_type = 'thread' AND p.scope_id = ${threadId})
    OR (p.scope_type = 'assistant' AND p.scope_id = ${assistantId})
    OR (p.scope_type = 'graph' AND p.scope_id =
      (SELECT a.graph_id FROM assistants AS a WHERE a.assistant_id = ${assistantId})))`;

/** Whether the scope pause `p` covers a run of the table or alias `r`. */
export const coversRun = (r: string): RawBuilder<boolean> => covers(placeOf(r));

/** Whether what is there is held back by a paused scope. */
export const isHeldBackAt = (place: PlaceSql): RawBuilder<boolean> =>
  sql<boolean>`EXISTS (SELECT 1 FROM scope_pauses AS p WHERE p.state = 'active' AND ${covers(place)})`;

/** Whether a run of the table or alias `r` is held back by a paused scope. */
export const isHeldBack = (r: string): RawBuilder<boolean> => isHeldBackAt(placeOf(r));

/** Whether an emergency stop, of whose table the columns are, is in force and covers what is there. */
export const stopCovers = ({ threadId, assistantId }: PlaceSql): RawBuilder<boolean> =>
  sql<boolean>`(released_at IS NULL AND (scope = 'all' OR (scope = 'thread' AND scope_id = ${threadId})
    OR (scope = 'assistant' AND scope_id = ${assistantId})))`;

/** Whether any emergency stop covers what is there. */
export const isStoppedAt = (place: PlaceSql): RawBuilder<boolean> =>
  sql<boolean>`EXISTS (SELECT 1 FROM emergency_stops WHERE ${stopCovers(place)})`;

/** Whether any emergency stop covers a run of the table or alias `r`. */
export const isStopped = (r: string): RawBuilder<boolean> => isStoppedAt(placeOf(r));
