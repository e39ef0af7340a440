import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Faults of this process, as files in the data folder say: `fault-clock` has the milliseconds by which the clock is
 * wrong, `fault-io` makes every write to a database fail as a broken disk does.
 */
export const installFaults = (dataDir) => {
  breakClock(join(dataDir, 'fault-clock'));
  breakDisk(join(dataDir, 'fault-io'));
};

const breakClock = (file) => {
  const Real = Date;
  const now = Real.now.bind(Real);
  const shift = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      if (given.length === 0) super(now() + shift());
      else super(...given);
    }
    static now() {
      return now() + shift();
    }
  };
};

const breakDisk = (file) => {
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'));
  const run = statement.run;
  statement.run = function (...given) {
    if (existsSync(file) && /^\s*(INSERT|UPDATE|DELETE|COMMIT)/i.test(this.source))
      throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
    return run.apply(this, given);
  };
};
