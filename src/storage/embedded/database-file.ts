import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';

/**
 * Does what is needed before a database can be used.
 * @throws {HoldpointError} `storage_unavailable`, naming the file and what to do, when it is damaged or cannot be opened;
 * anything else as it is.
 */
export const whileOpening = async <T>(path: string, open: () => T | Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (error) {
    throw openingProblem(path, error);
  }
};

/** What to say of a database that does not open; the error itself when that is not the file's fault. */
export const openingProblem = (path: string, error: unknown): unknown => {
  if (!(error instanceof Database.SqliteError)) return error;
  const advice = ADVICE.find(([code]) => code.test(error.code))?.[1];
  if (!advice) return error;
  return new HoldpointError('storage_unavailable', advice(path, error.message), { cause: error });
};

type Advice = (path: string, problem: string) => string;

const ADVICE: readonly (readonly [RegExp, Advice])[] = [
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    (path, problem) =>
      `${path} is damaged (${problem}); it was left as it is. Move the folder ${dirname(path)} away and put a backup in its place: holdpoint restore <backup>`,
  ],
  [
    /^SQLITE_(CANTOPEN|READONLY|PERM|IOERR)/,
    (path, problem) =>
      `${path} cannot be opened (${problem}). See that ${basename(path)} is a file, and that this user may write to it and to its folder.`,
  ],
];
