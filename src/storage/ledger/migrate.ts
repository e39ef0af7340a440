import { Migrator, type Migration } from 'kysely';
import { HoldpointError } from '../../model/errors.ts';
import type { LedgerConnection } from './connection.ts';
import * as foundation from './migrations/0001-foundation.ts';
import * as pauses from './migrations/0002-pauses.ts';
import * as approvals from './migrations/0003-approvals.ts';
import * as stopsAndEffects from './migrations/0004-stops-and-effects.ts';
import * as outbound from './migrations/0005-outbound.ts';
import * as wire from './migrations/0006-wire.ts';
import * as store from './migrations/0007-store.ts';
import * as crons from './migrations/0008-crons.ts';
import * as triggers from './migrations/0009-triggers.ts';
import * as effectAnswers from './migrations/0010-effect-answers.ts';
import * as watch from './migrations/0011-watch.ts';
import * as notices from './migrations/0012-notices.ts';
import * as overview from './migrations/0013-overview.ts';
import * as apiKeys from './migrations/0014-api-keys.ts';
import * as workers from './migrations/0015-workers.ts';
import * as threadTtl from './migrations/0016-thread-ttl.ts';
import * as fairQueue from './migrations/0017-fair-queue.ts';
import * as partialOutputs from './migrations/0018-partial-outputs.ts';
import * as stoppedAt from './migrations/0019-stopped-at.ts';
import * as requestHashes from './migrations/0020-request-hashes.ts';

/** Numbered, forward only; applied in this order. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-pauses': pauses,
  '0003-approvals': approvals,
  '0004-stops-and-effects': stopsAndEffects,
  '0005-outbound': outbound,
  '0006-wire': wire,
  '0007-store': store,
  '0008-crons': crons,
  '0009-triggers': triggers,
  '0010-effect-answers': effectAnswers,
  '0011-watch': watch,
  '0012-notices': notices,
  '0013-overview': overview,
  '0014-api-keys': apiKeys,
  '0015-workers': workers,
  '0016-thread-ttl': threadTtl,
  '0017-fair-queue': fairQueue,
  '0018-partial-outputs': partialOutputs,
  '0019-stopped-at': stoppedAt,
  '0020-request-hashes': requestHashes,
};

/** Which migrations were applied now, and which the ledger has in all. */
export interface Migrated {
  applied: string[];
  present: string[];
}

/**
 * Brings the ledger to this version of the code. Safe to call at each start. Where the database has schemas, `schema` is
 * that of the ledger: others may have tables of the same names.
 * @throws {HoldpointError} `storage_unavailable` when the database is newer than the code; it is left as it is.
 */
export const migrateLedger = async (db: LedgerConnection, schema?: string): Promise<Migrated> => {
  const provider = { getMigrations: () => Promise.resolve(MIGRATIONS) };
  const migrator = new Migrator({ db, provider, ...(schema && { migrationTableSchema: schema }) });
  const present = Object.keys(MIGRATIONS);
  if (await isUpToDate(db, schema)) return { applied: [], present };
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return { applied: results.map(({ migrationName }) => migrationName), present };
};

/**
 * Whether the ledger is that of this version of the code.
 * @throws {HoldpointError} `storage_unavailable` when the database is newer than the code.
 */
export const isUpToDate = async (db: LedgerConnection, schema?: string): Promise<boolean> => {
  const stored = await storedMigrations(db, schema);
  const unknown = stored.filter((name) => !(name in MIGRATIONS));
  if (unknown.length > 0) {
    throw new HoldpointError(
      'storage_unavailable',
      `The database was written by a newer Holdpoint (it has ${unknown.join(', ')}). Start that version or newer.`,
    );
  }
  return stored.length === Object.keys(MIGRATIONS).length;
};

const storedMigrations = async (db: LedgerConnection, schema?: string): Promise<string[]> => {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const isOurs = (table: { name: string; schema?: string }): boolean =>
    table.name === 'kysely_migration' && table.schema === schema;
  if (!tables.some(isOurs)) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map(({ name }) => name);
};
