import { isRecord } from './json.ts';

/** What the metadata of a resource must say for a caller to see it: equal values, or arrays that contain some. */
export type AuthFilters = Record<string, unknown>;

/** In a metadata filter: the array there must hold all of these. Made here only; what clients send never is one. */
export class HoldsAll {
  readonly values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.values = values;
  }
}

/** Each filter as what the metadata must equal or hold. */
export const readFilters = (filters: AuthFilters): Record<string, unknown> =>
  Object.fromEntries(Object.entries(filters).map(([key, filter]) => [key, readFilter(filter)]));

const readFilter = (filter: unknown): unknown => {
  if (!isRecord(filter)) return filter;
  if ('$eq' in filter) return filter['$eq'];
  if ('$contains' in filter) return new HoldsAll([filter['$contains']].flat());
  return filter;
};

/** Whether a resource with this metadata is for the caller. */
export const passesFilters = (metadata: Record<string, unknown>, filters: AuthFilters): boolean =>
  Object.entries(readFilters(filters)).every(([key, expected]) => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    if (!(expected instanceof HoldsAll)) return JSON.stringify(value) === JSON.stringify(expected);
    return Array.isArray(value) && expected.values.every((one) => value.includes(one));
  });

/** What a new resource gets in its metadata so that its maker can see it. */
export const ownMetadata = (filters: AuthFilters): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(readFilters(filters)).filter(([, expected]) => !(expected instanceof HoldsAll)),
  );
