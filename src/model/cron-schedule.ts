import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';

/** When something happens again and again: a cron expression of five fields (six with seconds) in a time zone. */
export interface CronSchedule {
  schedule: string;
  /** IANA name, as `Europe/Berlin`. */
  timezone: string;
}

/**
 * The first time after `afterMs`, both in ms since the epoch; undefined when there is none. Where the clock is put
 * forward, a time that does not exist happens as much later as was skipped; where it is put back, a time that comes
 * twice happens once.
 */
export const nextTime = ({ schedule, timezone }: CronSchedule, afterMs: number): number | undefined => {
  try {
    const expression = CronExpressionParser.parse(schedule, { currentDate: new Date(afterMs), tz: timezone });
    return expression.next().getTime();
  } catch {
    return undefined;
  }
};

/** What is wrong with the expression, or undefined. */
const scheduleProblem = (schedule: string): string | undefined => {
  const fields = schedule.trim().split(/\s+/);
  const named = fields.length === 1 && /^@\w+$/.test(schedule.trim());
  if (!named && fields.length !== 5 && fields.length !== 6)
    return 'expected a cron expression of five fields, or six with seconds';
  if (fields.some((field) => /^H/i.test(field))) return 'H is not supported: name the time';
  try {
    CronExpressionParser.parse(schedule, { tz: 'UTC' }).next();
    return undefined;
  } catch (error) {
    return `is no cron expression: ${error instanceof Error ? error.message : String(error)}`;
  }
};

/** A cron expression, checked. */
export const CronExpression = z
  .string()
  .max(200)
  .check((ctx) => {
    const problem = scheduleProblem(ctx.value);
    if (problem !== undefined) ctx.issues.push({ code: 'custom', message: problem, input: ctx.value });
  });

/** The name of a time zone, checked. */
export const TimeZone = z
  .string()
  .max(100)
  .refine((name) => {
    try {
      return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
    } catch {
      return false;
    }
  }, 'is no IANA time zone, as Europe/Berlin');
