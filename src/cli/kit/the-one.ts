import { NotFound, UsageError } from './command.ts';

interface Sought<T> {
  fitting: T[];
  /** What is said when none fits. */
  none: string;
  /** What is said when several do. */
  several: string;
}

/**
 * The one that is meant by a name or the beginning of an id.
 * @throws {NotFound} when it fits none; {UsageError} when it fits several.
 */
export const theOne = <T>({ fitting: [only, ...others], none, several }: Sought<T>): T => {
  if (only === undefined) throw new NotFound(none);
  if (others.length > 0) throw new UsageError(several);
  return only;
};
