import { createHash } from 'node:crypto';
import { isRecord } from '../model/json.ts';
import { encodeState } from '../model/state-json.ts';

/** SHA-256 of a value as JSON, whatever the order of its keys. */
export const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(JSON.parse(encodeState(value)))))
    .digest('hex');

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
};
