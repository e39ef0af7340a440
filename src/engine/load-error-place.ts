import { fileURLToPath } from 'node:url';

/** `file:///a/b.ts?query:5:7` or `/a/b.ts:5`, as the lines of a stack trace and of Node's syntax errors have it. */
const PLACE = /(?<=^|[\s(])(file:\/\/\/[^\s():?]+|\/[^\s():?]+)(?:\?[^\s():]*)?:(\d+)(?::(\d+))?/;

const OWN = fileURLToPath(new URL('..', import.meta.url));

/**
 * Where a module of somebody's project could not be loaded, as `file:line` or `file:line:column`. Undefined when the
 * error does not know, or when its message says so already.
 */
export const placeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || PLACE.test(error.message)) return undefined;
  for (const line of (error.stack ?? '').split('\n')) {
    const [, where = '', ...numbers] = PLACE.exec(line) ?? [];
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    if (file !== '' && !file.includes('/node_modules/') && !file.startsWith(OWN))
      return [file, ...numbers.filter((number) => number !== undefined)].join(':');
  }
  return undefined;
};
