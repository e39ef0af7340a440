import { sql, type RawBuilder } from 'kysely';

/** Whether the scope pause `p` covers a run of the table or alias `r`. */
export const coversRun = (r: string): RawBuilder<boolean> => {
  const column = (name: string) => sql.ref(`${r}.${name}`);
  return sql<boolean>`(p.scope_type = 'all'
    OR (p.scope_type = 'thread' AND p.scope_id = ${column('thread_id')})
    OR (p.scope_type = 'assistant' AND p.scope_id = ${column('assistant_id')})
    OR (p.scope_type = 'graph' AND p.scope_id =
      (SELECT a.graph_id FROM assistants AS a WHERE a.assistant_id = ${column('assistant_id')})))`;
};

/** Whether a run of the table or alias `r` is held back by a paused scope. */
export const isHeldBack = (r: string): RawBuilder<boolean> =>
  sql<boolean>`EXISTS (SELECT 1 FROM scope_pauses AS p WHERE p.state = 'active' AND ${coversRun(r)})`;
