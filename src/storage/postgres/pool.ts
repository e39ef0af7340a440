import pg from 'pg';
import { markUnavailable } from '../../model/errors.ts';
import { prepared } from './prepared.ts';

export interface PostgresAccess {
  /** Of a pooler or of the server itself. */
  url: string;
  /** Connections at most. */
  poolSize: number;
  onError: (error: unknown) => void;
}

/** A statement that takes longer has lost its connection: half-open ones say nothing. */
const QUERY_TIMEOUT_MS = 10_000;

/** A connection that breaks silently is noticed, by both sides. */
export const NOTICES_BREAKS = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 5000,
  connectionTimeoutMillis: 5000,
  query_timeout: QUERY_TIMEOUT_MS,
};

/** The server ends the session of a client that is gone, and its transaction, and lets go of its locks. */
export const SERVER_NOTICES = [
  'tcp_keepalives_idle=5',
  'tcp_keepalives_interval=2',
  'tcp_keepalives_count=3',
  'tcp_user_timeout=12000',
  'idle_in_transaction_session_timeout=12000',
]
  .map((option) => ` -c ${option}`)
  .join('');

/** Statements are short: compiling one takes longer than running it. */
const PLANS = ' -c jit=off';

/** Our tables have a schema of their own, beside whatever else the database holds. */
export const SCHEMA = 'holdpoint';

const INT8 = 20;

/** Counts and sequence numbers come as numbers: none of ours ever leaves the range that numbers hold exactly. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/**
 * A connection that may break at any time without ending the process: between the statements of a transaction nobody
 * else listens for that. Whoever asks it next is told.
 */
export class Connection extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

/** For libraries that do not name their statements: each is prepared once. */
export class PreparingConnection extends Connection {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    const preparing = (text: unknown, values?: unknown, ...rest: unknown[]): unknown =>
      typeof text === 'string' && Array.isArray(values)
        ? query(prepared(text, values), ...rest)
        : query(text, values, ...rest);
    this.query = preparing as pg.Client['query'];
  }
}

/**
 * Whether an error came with the connection rather than from the server over it. Such a connection is done with: one
 * that is half open would keep everybody who gets it next waiting as long as the first.
 */
export const isOfConnection = (error: unknown): boolean => !(error instanceof pg.DatabaseError);

/** A table was changed, by an upgrade that other nodes await, since the statement was prepared: it has to be again. */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '0A000' && error.message.startsWith('cached plan');

/** What the server says while it starts, ends, or has too much to do: by the class of its code. */
const PASSES = /^(08|25|40|53|55|57|58)/;

/** What is asked of the database; when that cannot be used now, its error says so. */
export const asked = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (isOfConnection(error) || PASSES.test((error as pg.DatabaseError).code ?? '')) markUnavailable(error);
    throw error;
  }
};

/** A pool whose connections may break without ending the process. */
export const openPool = ({ url, poolSize, onError }: PostgresAccess): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    Client: Connection,
    types,
    pipeline: true,
    ...NOTICES_BREAKS,
    application_name: 'holdpoint',
    options: `-c search_path=${SCHEMA}${SERVER_NOTICES}${PLANS}`,
  });
  pool.on('error', ({ message }) => onError(new Error(`a connection to Postgres broke: ${message}`)));
  return pool;
};

/** One connection that lasts, with the same types. */
export const newClient = (url: string): pg.Client =>
  new Connection({
    connectionString: url,
    types,
    ...NOTICES_BREAKS,
    application_name: 'holdpoint listen',
    options: SERVER_NOTICES,
  });
