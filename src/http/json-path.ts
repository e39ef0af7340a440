/** Names a place in a body: `input.messages[2].content`. */
export const formatPath = (keys: readonly (string | number)[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');

type Holder = unknown[] | Record<string, unknown>;

/** The keys of an object, or the indices of an array. */
export const keysOf = (holder: Holder): Iterable<string | number> =>
  Array.isArray(holder) ? holder.keys() : Object.keys(holder);

export const childAt = (holder: Holder, key: string | number): unknown =>
  (holder as Record<string | number, unknown>)[key];

/** An object or an array. */
export const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;
