import { describe, expect, it } from 'vitest';
import { CronExpression, nextTime, TimeZone } from '../../src/model/cron-schedule.ts';

const times = (schedule: string, timezone: string, from: string): string[] => {
  const found: string[] = [];
  let at = Date.parse(from);
  while (found.length < 2) {
    at = nextTime({ schedule, timezone }, at) ?? NaN;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
};

describe('a schedule', () => {
  it('keeps the hour of its time zone over the changes of the clock', () => {
    expect(times('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00Z')).toEqual([
      '2026-03-28T08:00',
      '2026-03-29T07:00',
    ]);
    expect(times('0 9 * * *', 'America/New_York', '2026-10-31T23:00Z')).toEqual([
      '2026-11-01T14:00',
      '2026-11-02T14:00',
    ]);
  });

  it('moves a time that the clock skips, and does not repeat one that comes twice', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z')).toEqual([
      '2026-03-29T01:30', // there is no 02:30: 03:30
      '2026-03-30T00:30',
    ]);
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  it('has no time twice', () => {
    const at = Date.parse('2026-05-01T09:00:00Z');
    expect(nextTime({ schedule: '0 9 * * *', timezone: 'UTC' }, at)).toBe(at + 86_400_000);
  });

  it.each(['', '* * *', '61 * * * *', '0 0 30 2 *', 'H * * * *', 'often', '@often', '* * * * * * *'])(
    'is not %j',
    (text) => {
      expect(CronExpression.safeParse(text).success).toBe(false);
    },
  );

  it.each(['* * * * *', '0 9 * * MON-FRI', '*/5 * * * * *', '@daily', '0 0 29 2 *'])('is %j', (text) => {
    expect(CronExpression.safeParse(text).success).toBe(true);
  });

  it('is in a time zone that exists', () => {
    expect(TimeZone.safeParse('Europe/Berlin').success).toBe(true);
    expect(TimeZone.safeParse('Mars/Olympus').success).toBe(false);
  });
});
