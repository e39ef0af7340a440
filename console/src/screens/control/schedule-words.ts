import cronstrue from 'cronstrue';

/** A cron expression in words; undefined where it is none. */
export const scheduleWords = (schedule: string): string | undefined => {
  try {
    return cronstrue.toString(schedule, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return undefined;
  }
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time in full: 1 h 30 min. */
export const lengthWords = (ms: number): string => {
  const parts = [
    [Math.floor(ms / DAY_MS), 'd'],
    [Math.floor((ms % DAY_MS) / HOUR_MS), 'h'],
    [Math.floor((ms % HOUR_MS) / MINUTE_MS), 'min'],
    [Math.floor((ms % MINUTE_MS) / 1000), 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length > 0 ? said.join(' ') : '0 s';
};

/** A time as the clocks of the window's own zone show it. */
export const timeIn = (at: string, timezone: string): string =>
  new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: timezone,
  }).format(new Date(at));

/** Every time zone the browser knows, with those that must be among them. */
export const timeZones = (...wanted: string[]): string[] => [
  ...new Set(['UTC', ...wanted, ...Intl.supportedValuesOf('timeZone')]),
];

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
