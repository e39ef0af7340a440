import { assistantNotFound, graphNotFound, threadNotFound } from '../model/not-found.ts';
import type { Scope } from '../model/scope-pause.ts';
import type { Ledger } from '../storage/ports.ts';

/**
 * A scope of what is not there would hold nobody, and look as if it did. The ledger has an assistant of each graph, also of
 * those that only other nodes serve.
 * @throws {HoldpointError} `thread_not_found`, `assistant_not_found`, `graph_not_found`.
 */
export const checkScope = async (
  { threads, assistants }: Pick<Ledger, 'threads' | 'assistants'>,
  scope: Scope,
): Promise<void> => {
  if (scope.type === 'all') return;
  const { type, id } = scope;
  if (type === 'thread' && !(await threads.get(id))) throw threadNotFound(id);
  if (type === 'assistant' && !(await assistants.get(id))) throw assistantNotFound(id);
  if (type === 'graph' && (await assistants.count({ graphId: id })) === 0) throw graphNotFound(id);
};
