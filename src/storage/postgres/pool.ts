import pg from 'pg';

export interface PostgresAccess {
  /** Of a pooler or of the server itself. */
  url: string;
  /** Connections at most. */
  poolSize: number;
  onError: (error: unknown) => void;
}

/** Our tables have a schema of their own, beside whatever else the database holds. */
export const SCHEMA = 'holdpoint';

const INT8 = 20;

/** Counts and sequence numbers come as numbers: none of ours ever leaves the range that numbers hold exactly. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** A pool whose idle connections may break without ending the process. */
export const openPool = ({ url, poolSize, onError }: PostgresAccess): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    keepAlive: true,
    application_name: 'holdpoint',
    options: `-c search_path=${SCHEMA}`,
  });
  pool.on('error', onError);
  return pool;
};

/** One connection that lasts, with the same types. */
export const newClient = (url: string): pg.Client =>
  new pg.Client({ connectionString: url, types, keepAlive: true, application_name: 'holdpoint listen' });
