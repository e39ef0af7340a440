import type { CodeOrigin } from '../model/pause.ts';
import { isRecord } from '../model/json.ts';

/**
 * What a graph's module registers under `export const migrations = [...]`: how a state that older code left is made
 * one that the present code understands. `from` and `to` are values of `stateVersion`, or the beginning (8 hex digits
 * or more) of a code fingerprint; without `to` it brings the state up to date.
 */
export interface Migration {
  from: string;
  to?: string;
  /** Answers an update, which goes through the reducers as a node's does, or a `Command`. */
  migrate: (state: unknown) => unknown;
}

/** The migrations that lead from what was to the present code, in order; undefined when none do. */
export const migrationPath = (
  exports: Record<string, unknown>,
  from: CodeOrigin,
  now: CodeOrigin,
): Migration[] | undefined => {
  const known = readMigrations(exports);
  const path: Migration[] = [];
  for (let at = from; path.length <= known.length;) {
    const step = known.find((migration) => !path.includes(migration) && names(migration.from, at));
    if (!step) return undefined;
    path.push(step);
    if (step.to === undefined || names(step.to, now)) return path;
    at = { sha256: step.to, stateVersion: step.to };
  }
  return undefined;
};

const readMigrations = ({ migrations }: Record<string, unknown>): Migration[] =>
  (Array.isArray(migrations) ? (migrations as unknown[]) : []).flatMap((entry) =>
    isRecord(entry) && typeof entry['migrate'] === 'function' && isLabel(entry['from'])
      ? [
          {
            from: String(entry['from']),
            ...(isLabel(entry['to']) && { to: String(entry['to']) }),
            migrate: entry['migrate'] as Migration['migrate'],
          },
        ]
      : [],
  );

const isLabel = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

const FINGERPRINT_PREFIX = /^[0-9a-f]{8,64}$/;

const names = (label: string, { sha256, stateVersion }: CodeOrigin): boolean =>
  label === stateVersion || (FINGERPRINT_PREFIX.test(label) && sha256.startsWith(label));
