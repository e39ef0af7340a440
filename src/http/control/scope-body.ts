import { z } from 'zod';
import { NEW_RUNS, type Scope } from '../../model/scope-pause.ts';

const Uuid = z.guid('is not a UUID').transform((id) => id.toLowerCase());

/** What a pause covers, on the wire. */
export const ScopeBody = z
  .union(
    [
      z.strictObject({ thread_id: Uuid }),
      z.strictObject({ assistant_id: Uuid }),
      z.strictObject({ graph_id: z.string().min(1).max(200) }),
      z.strictObject({ all: z.literal(true) }),
    ],
    'expected {"thread_id"}, {"assistant_id"}, {"graph_id"} or {"all": true}',
  )
  .meta({ description: '`{"thread_id"}`, `{"assistant_id"}`, `{"graph_id"}` or `{"all": true}`' });

export const NewRunsBody = z.enum(NEW_RUNS).meta({
  description: 'New runs in scope: `queue` (they wait), `reject` (503) or `redirect` to `redirect_to`',
});

export const RedirectTo = z.string().min(1).max(200).meta({
  description: 'The assistant that takes new runs',
});

export const toScope = (body: z.output<typeof ScopeBody>): Scope => {
  if ('thread_id' in body) return { type: 'thread', id: body.thread_id };
  if ('assistant_id' in body) return { type: 'assistant', id: body.assistant_id };
  return 'graph_id' in body ? { type: 'graph', id: body.graph_id } : { type: 'all' };
};

export const presentScope = (scope: Scope): Record<string, unknown> =>
  scope.type === 'all' ? { all: true } : { [`${scope.type}_id`]: scope.id };
