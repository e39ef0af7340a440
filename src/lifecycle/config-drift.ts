import { isRecord } from '../model/json.ts';
import type { PauseCheckpoint } from '../model/pause.ts';

/** One field that is not what it was. */
export interface FieldDiff {
  field: string;
  paused: unknown;
  now: unknown;
}

/** What a run is configured with. */
export type InForce = Pick<PauseCheckpoint, 'config' | 'context' | 'assistantVersion'>;

/** What a run would be configured with differently, field by field. */
export const configDrift = (paused: InForce, now: InForce): FieldDiff[] => [
  ...diff('config', paused.config, now.config),
  ...diff('context', paused.context, now.context),
  ...(paused.assistantVersion === now.assistantVersion
    ? []
    : [{ field: 'assistant_version', paused: paused.assistantVersion, now: now.assistantVersion }]),
];

const diff = (field: string, paused: unknown, now: unknown): FieldDiff[] => {
  if (isRecord(paused) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(paused), ...Object.keys(now)])].toSorted();
    return keys.flatMap((key) => diff(`${field}.${key}`, paused[key], now[key]));
  }
  if (JSON.stringify(paused) === JSON.stringify(now)) return [];
  return [{ field, paused: paused ?? null, now: now ?? null }];
};
