import { isRecord } from '../api/errors.ts';
import { exactTime } from './time.tsx';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const LEAVES: Record<string, (condition: Record<string, unknown>) => string> = {
  manual: () => 'by hand',
  webhook: ({ event }) =>
    event === undefined ? 'its webhook is called' : `its webhook tells of ${text(event)}`,
  event: ({ event }) => `the event ${text(event)}`,
  at: ({ at }) => exactTime(text(at)),
  cron: ({ schedule, timezone }) => `${text(schedule)} (${text(timezone)})`,
};

/** A resume condition, in words. */
export const conditionWords = (condition: unknown): string => {
  if (!isRecord(condition)) return text(condition);
  for (const [key, joint] of [
    ['any', ' or '],
    ['all', ' and '],
  ] as const) {
    const parts = condition[key];
    if (Array.isArray(parts)) return parts.map(conditionWords).join(joint);
  }
  return LEAVES[text(condition['type'])]?.(condition) ?? JSON.stringify(condition);
};
