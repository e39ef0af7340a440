/** Names a place in a body: `input.messages[2].content`. */
export const formatPath = (keys: readonly (string | number)[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');

export type Holder = unknown[] | Record<string, unknown>;

/** An object or an array. */
export const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** Visits every value directly in an object or array. Bodies may have millions. */
export const eachChild = (holder: Holder, visit: (key: string | number, child: unknown) => void): void => {
  if (!Array.isArray(holder)) {
    for (const key of Object.keys(holder)) visit(key, holder[key]);
    return;
  }
  for (let index = 0; index < holder.length; index++) visit(index, holder[index]);
};
