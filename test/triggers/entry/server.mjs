import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crashAt } from '../../crash/entry/at.mjs';
import { serve } from '../../support/serve.mjs';

/** A clock that is set from outside: the file `clock` in the data folder says by how many ms it is ahead. */
const clockOf = (dataDir) => {
  let ahead = 0;
  let changed = -1;
  const file = join(dataDir, 'clock');
  const look = () => {
    const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === changed) return;
    changed = mtimeMs;
    ahead = mtimeMs === 0 ? 0 : Number(readFileSync(file, 'utf8'));
  };
  look();
  setInterval(look, 20).unref();
  return { now: () => Date.now() + ahead };
};

/** And what happens at the crash points of the API and its workers. */
await serve(({ dataDir }) => ({
  at: crashAt('api', dataDir),
  clock: clockOf(dataDir),
  workerEntry: fileURLToPath(new URL('../../crash/entry/worker.mjs', import.meta.url)),
}));
