import { existsSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a crash point does under test: when the file `crash-<role>` in the data folder names this point, the
 * process is gone, for good and without a last word. The file goes first, so it happens once.
 */
export const crashAt = (role, dataDir) => (point) => {
  const file = join(dataDir, `crash-${role}`);
  if (!existsSync(file)) return;
  const order = JSON.parse(readFileSync(file, 'utf8'));
  if (order.point !== point) return;
  rmSync(file);
  if (order.how === 'kill both') process.kill(process.ppid, 'SIGKILL');
  if (order.how === 'stop') writeSync(1, `${role} stops\n`);
  process.kill(process.pid, order.how === 'stop' ? 'SIGSTOP' : 'SIGKILL');
};
