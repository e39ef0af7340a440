/** What a path can end in that says what a `post` does. */
const ACTIONS = new Set([
  'cancel',
  'copy',
  'count',
  'drain',
  'join',
  'launch',
  'pause',
  'preview',
  'prune',
  'release',
  'resume',
  'retry',
  'search',
  'stream',
  'test',
  'wait',
]);

/** And what a `get` does: `GET …/pause` is the pause. */
const FOLLOWING = new Set(['join', 'stream']);

const ACTING: Record<string, Set<string>> = { post: ACTIONS, get: FOLLOWING };

const VERBS: Record<string, string> = { get: 'get', put: 'set', patch: 'update', delete: 'delete' };

/**
 * The name of an operation, by which generated clients call it: what is done, then the words of its path. What a
 * parameter names is in the singular (`/threads/{thread_id}/runs`: `ThreadRuns`), or, where its word has none, named by
 * the parameter. What is done is what the path ends in (`searchThreads`, `pauseThread`), else what the method does; a
 * `post` of several creates one (`createThread`), or asks where it only `reads`.
 */
export const operationId = (route: { method: string; path: string; reads: boolean }): string => {
  const parts = route.path.split('/').filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  const does = actionIn(route.method, last);
  const words = wordsOf(does === undefined ? parts : parts.slice(0, -1));
  if (does !== undefined) return does + words.join('');
  if (route.method !== 'post') return VERBS[route.method] + words.join('');
  if (route.reads) return `query${words.join('')}`;
  return isPlural(last) ? `create${singular(words.join(''))}` : `post${words.join('')}`;
};

const actionIn = (method: string, last: string): string | undefined =>
  ACTING[method]?.has(last) ? last : undefined;

const wordsOf = (parts: string[]): string[] =>
  parts.map((part, index) => {
    const named = isParameter(parts[index + 1]);
    if (!isParameter(part)) return pascal(named && isPlural(part) ? singular(part) : part);
    return isPlural(parts[index - 1] ?? '') ? '' : `By${pascal(part.replace(/\W/g, ''))}`;
  });

const isParameter = (part = ''): boolean => /^[:{]/.test(part);
const isPlural = (part: string): boolean => !isParameter(part) && part.endsWith('s');
const singular = (word: string): string => word.replace(/s$/, '');
const pascal = (text: string): string =>
  text
    .split(/[^a-z\d]+/i)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
