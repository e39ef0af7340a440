import { parse, type ConnectionOptions } from 'pg-connection-string';
import { HoldpointError, isHoldpointError } from '../../model/errors.ts';

/**
 * Host (or the folder of a socket), port and database that a URL names, without user and password.
 * @throws {HoldpointError} `invalid_request` when it is no URL.
 */
export const placeOf = (url: string): string => {
  const { host, port, database } = parsed(url);
  return `${host || 'localhost'}${port ? `:${port}` : ''}/${database ?? ''}`;
};

/** The parser's own error has the URL in it, and so the password. */
const parsed = (url: string): ConnectionOptions => {
  try {
    return parse(url);
  } catch {
    throw new HoldpointError(
      'invalid_request',
      'The URL of Postgres cannot be read. Expected postgres://user:password@host:5432/database, with %40 for @ in a password.',
    );
  }
};

const NOT_THERE = 'Start Postgres, or correct host and port.';
const UNKNOWN_HOST = 'Correct the name of the host.';

/** What to do, by the code of the error. */
const ADVICE: Record<string, string> = {
  '28P01': 'Correct user or password.',
  '28000': 'Correct the user, or let it in from this machine (pg_hba.conf).',
  '3D000': 'Create the database, or correct its name.',
  '42501': 'Let the user create schemas: GRANT CREATE ON DATABASE.',
  ECONNREFUSED: NOT_THERE,
  ENOENT: NOT_THERE,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
};

/** Says to who set the URL why the database cannot be used and what to do about it: never the password. */
export const unusable = (error: unknown, url: string): HoldpointError => {
  if (isHoldpointError(error)) return error;
  const { message, code = '' } = causeOf(error);
  const advice = ADVICE[code] ?? 'Look whether it runs, and lets this machine in.';
  const said = `Postgres at ${placeOf(url)} cannot be used: ${message}. ${advice}`;
  return new HoldpointError('storage_unavailable', said);
};

/** A host with several addresses fails with one error for each. */
const causeOf = (error: unknown): { message: string; code?: string } => {
  const [cause = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (!(cause instanceof Error)) return { message: String(cause) };
  return { message: cause.message, ...('code' in cause && { code: String(cause.code) }) };
};

/** Does `work`, the first on the database that the URL names. @throws {HoldpointError} as {@link unusable} says. */
export const reaching = async <T>(url: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw unusable(error, url);
  }
};
