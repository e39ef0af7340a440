import type { Kysely } from 'kysely';
import type { LedgerSchema } from './schema.ts';

/** A connection to the ledger, or a transaction on one. */
export type LedgerConnection = Kysely<LedgerSchema>;
