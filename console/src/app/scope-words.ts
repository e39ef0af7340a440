const name = (id: unknown): string => (typeof id === 'string' ? id : '');
const short = (id: unknown): string => name(id).slice(0, 8);

/** What a stop or a pause is about, in words. */
export const scopeWords = (scope: Record<string, unknown>): string => {
  if (scope['thread_id'] !== undefined) return `thread ${short(scope['thread_id'])}`;
  if (scope['assistant_id'] !== undefined) return `agent ${short(scope['assistant_id'])}`;
  if (scope['graph_id'] !== undefined) return `graph ${name(scope['graph_id'])}`;
  return 'everything';
};
