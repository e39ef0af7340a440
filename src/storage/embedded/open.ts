import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { systemClock } from '../../model/clock.ts';
import { createPartialStore } from '../ledger/partials.ts';
import { createEffectLedger } from '../ledger/effects.ts';
import { createLedger, ledgerIn } from '../ledger/ledger.ts';
import { migrateLedger, type Migrated } from '../ledger/migrate.ts';
import type { LedgerSchema } from '../ledger/schema.ts';
import type { Storage } from '../ports.ts';
import { tune } from './checkpoint-file.ts';
import { openCheckpoints } from './checkpointer.ts';
import { makeDataFolder } from './data-folder.ts';
import { whileOpening } from './database-file.ts';
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
 * @throws {HoldpointError} `storage_unavailable` when one cannot be opened, is damaged, or is newer than the code.
 */
export const openEmbeddedStorage = async (options: EmbeddedOptions): Promise<Storage> => {
  const { dataDir, synchronous, link, onError = () => {} } = options;
  makeDataFolder(dataDir);
  const { file, db } = await openLedgerDatabase({ dataDir, synchronous });
  const ledger = createLedger(db);
  const commit = createGroupCommit(db, (flush) =>
    file.pragma(`synchronous = ${flush ? synchronous : 'NORMAL'}`),
  );
  const transaction: Storage['transaction'] = (work, { flush = true } = {}) =>
    commit((tx) => work(ledgerIn(tx)), flush);
  const signals = createProcessSignalBus(link);
  const path = join(dataDir, 'checkpoints.db');
  const checkpoints = await whileOpening(path, () => openCheckpoints({ path, synchronous }));
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

const lower = (text: unknown): unknown => (typeof text === 'string' ? text.toLowerCase() : text);

interface LedgerFile {
  file: Database.Database;
  db: Kysely<LedgerSchema>;
  migrated: Migrated;
}

/** The ledger, brought to this version of the code. */
export const openLedgerDatabase = ({
  dataDir,
  synchronous,
}: Pick<EmbeddedOptions, 'dataDir' | 'synchronous'>): Promise<LedgerFile> => {
  const path = join(dataDir, 'holdpoint.db');
  return whileOpening(path, async () => {
    const file = new Database(path, { timeout: 5000 });
    try {
      file.pragma('journal_mode = WAL');
      tune(file, synchronous);
      // SQLite's own knows only the letters of ASCII.
      file.function('lower', { deterministic: true }, lower);
      const db = new Kysely<LedgerSchema>({ dialect: sqliteDialect(file) });
      return { file, db, migrated: await migrateLedger(db) };
    } catch (error) {
      file.close();
      throw error;
    }
  });
};
