import { isRecord } from '../model/json.ts';

/** What is at `path` (`values.messages[-1].content`) in `value`; null where there is nothing. */
export const extract = (value: unknown, path: string): unknown => {
  let found = value;
  for (const [, index, name] of path.matchAll(/\[(-?\d+)\]|([^.[\]]+)/g)) {
    if (index !== undefined && Array.isArray(found)) found = found.at(Number(index)) as unknown;
    else if (name !== undefined && isRecord(found) && Object.hasOwn(found, name)) found = found[name];
    else return null;
  }
  return found ?? null;
};
