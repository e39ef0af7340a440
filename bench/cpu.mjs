// How much of the processor processes have taken, on Linux.
import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .map(Number);
        const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => fields[at]);
        return [{ pid: Number(pid), parent, ticks: user + system + endedUser + endedSystem }];
      } catch {
        return []; // it has ended
      }
    });

/** Milliseconds that these processes and all they started have taken so far. */
export const cpuMs = (pids) => {
  const all = processes();
  const family = new Set(pids);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of all)
      if (family.has(parent) && !family.has(pid)) grew = Boolean(family.add(pid));
  }
  return all.filter(({ pid }) => family.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MS;
};
