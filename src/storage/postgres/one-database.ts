import { HoldpointError } from '../../model/errors.ts';
import { placeOf } from './place.ts';
import { newClient } from './pool.ts';

/** The server by the moment of its start, which everybody may ask for: its names and addresses do not matter. */
const WHICH = `SELECT current_database() || '@' || extract(epoch FROM pg_postmaster_start_time()) AS id`;

/** Which database a URL names, whatever stands before it. */
export const databaseAt = async (url: string): Promise<string> => {
  const client = newClient(url);
  await client.connect();
  try {
    return (await client.query<{ id: string }>(WHICH)).rows[0]?.id ?? '';
  } finally {
    await client.end();
  }
};

/**
 * What is said in one database is not heard in another.
 * @throws {HoldpointError} `invalid_request` when the two URLs name different ones.
 */
export const expectOneDatabase = async (
  { url, sessionUrl }: { url: string; sessionUrl: string },
  identify = databaseAt,
): Promise<void> => {
  if (url === sessionUrl) return;
  const [one, other] = await Promise.all([identify(url), identify(sessionUrl)]);
  if (one === other) return;
  throw new HoldpointError(
    'invalid_request',
    `HOLDPOINT_DATABASE_URL and HOLDPOINT_DATABASE_SESSION_URL name different databases: ${placeOf(url)} and ${placeOf(sessionUrl)}. The second is the way to the first without the pooler before it.`,
  );
};
