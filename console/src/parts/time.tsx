import { Tooltip } from '@mantine/core';
import { useNow } from './use-now.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** A length of time in its largest unit: 12s, 3m, 2h, 5d. */
export const shortDuration = (ms: number): string => {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(ms) >= length) ?? ['s', 1000];
  return `${Math.max(0, Math.floor(Math.abs(ms) / size))}${unit}`;
};

export const ago = (at: string, now: number): string => {
  const ms = now - Date.parse(at);
  return ms < 1000 ? 'just now' : `${shortDuration(ms)} ago`;
};

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
export const exactTime = (at: string): string => exact.format(new Date(at));

/** How long ago something happened; when exactly on hover. */
export const Ago = ({ at }: { at: string }) => {
  const now = useNow();
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at}>{ago(at, now)}</time>
    </Tooltip>
  );
};

/** How long it is until a time, or since it has passed. */
export const Until = ({ at }: { at: string }) => {
  const left = Date.parse(at) - useNow();
  return (
    <Tooltip label={exactTime(at)}>
      <time dateTime={at}>{left > 0 ? `in ${shortDuration(left)}` : `${shortDuration(left)} ago`}</time>
    </Tooltip>
  );
};
