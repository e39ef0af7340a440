import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { systemClock } from '../../model/clock.ts';
import { createPartialStore } from '../ledger/partials.ts';
import { createEffectLedger } from '../ledger/effects.ts';
import { createLedger, ledgerIn } from '../ledger/ledger.ts';
import { migrateLedger } from '../ledger/migrate.ts';
import type { LedgerSchema } from '../ledger/schema.ts';
import type { Storage } from '../ports.ts';
import { tune } from './checkpoint-file.ts';
import { openCheckpoints } from './checkpointer.ts';
import { createLedgerEventLog } from './event-log.ts';
import { createGroupCommit } from './group-commit.ts';
import { createLedgerQueue } from './run-queue.ts';
import { createProcessSignalBus, type SignalLink } from './signal-bus.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

export interface EmbeddedOptions {
  dataDir: string;
  /** SQLite's `synchronous`: FULL survives a power cut, NORMAL a crash of the process. */
  synchronous: 'FULL' | 'NORMAL';
  link?: SignalLink;
  onError?: (error: unknown) => void;
}

/**
 * The default storage: `holdpoint.db` (the ledger) and `checkpoints.db`, two files and two connections in one
 * folder. Migrates the ledger. Several processes of one server may have it open at the same time.
 */
export const openEmbeddedStorage = async (options: EmbeddedOptions): Promise<Storage> => {
  const { dataDir, synchronous, link, onError = () => {} } = options;
  mkdirSync(dataDir, { recursive: true });
  const { file, db } = openLedgerDatabase({ dataDir, synchronous });
  await migrateLedger(db);
  const ledger = createLedger(db);
  const commit = createGroupCommit(db, (flush) =>
    file.pragma(`synchronous = ${flush ? synchronous : 'NORMAL'}`),
  );
  const transaction: Storage['transaction'] = (work, { flush = true } = {}) =>
    commit((tx) => work(ledgerIn(tx)), flush);
  const signals = createProcessSignalBus(link);
  const checkpoints = openCheckpoints({ path: join(dataDir, 'checkpoints.db'), synchronous });
  return {
    ...ledger,
    transaction,
    signals,
    checkpoints,
    capabilities: { singleServer: true },
    clock: systemClock,
    queue: createLedgerQueue({ runs: ledger.runs, signals, onError }),
    events: createLedgerEventLog({ ledger, transaction }),
    effects: createEffectLedger({ ledger, transaction }),
    partials: createPartialStore({ ledger, transaction }),
    ping: async () => {
      await sql`SELECT 1`.execute(db);
    },
    close: async () => {
      await checkpoints.close();
      await db.destroy();
    },
  };
};

/** The ledger's file, without looking at what is in it. */
export const openLedgerDatabase = ({
  dataDir,
  synchronous,
}: Pick<EmbeddedOptions, 'dataDir' | 'synchronous'>): {
  file: Database.Database;
  db: Kysely<LedgerSchema>;
} => {
  const file = new Database(join(dataDir, 'holdpoint.db'), { timeout: 5000 });
  file.pragma('journal_mode = WAL');
  tune(file, synchronous);
  return { file, db: new Kysely<LedgerSchema>({ dialect: sqliteDialect(file) }) };
};
