import { UsageError } from './command.ts';

/** The value of an option that takes a time. */
export const millisecondsOf = (option: string, text: string): number => {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`${option} must be milliseconds, not "${text}".`);
};
