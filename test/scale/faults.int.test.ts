import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { childrenOf, startCluster, type ApiNode, type Cluster, type NodeProcess } from './cluster.ts';
import { countOpen, judge, NOTHING_LOST, startLoad, untilEnded, type Load } from './load.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** How long each fault goes on: minutes with HOLDPOINT_LONG=1, seconds otherwise. */
const LONG = process.env['HOLDPOINT_LONG'] === '1';
const FAULTS_MS = LONG ? Number(process.env['HOLDPOINT_FAULT_MS'] ?? 1_200_000) : 8000;
/** As long for the commonest of them; CI gives it more. */
const KILLS_MS = LONG ? FAULTS_MS : Number(process.env['HOLDPOINT_FAULT_KILLS_MS'] ?? FAULTS_MS);
/** In which all is to be well again; what a busy machine does to it is not looked at where tests must be short. */
const RECOVERED_MS = LONG ? 20_000 : Infinity;
const LIMIT = { timeout: Math.max(FAULTS_MS, KILLS_MS) + 240_000 };
/** Runs that die many times in a row are not what is looked at here. */
const ENV = { HOLDPOINT_MAX_ATTEMPTS: '50' };

let cluster: Cluster;
let apis: ApiNode[];
let workers: NodeProcess[];
let load: Load;
let proxy: Proxy | undefined;

const open = async (options: Parameters<typeof startCluster>[0] = {}) => {
  cluster = await startCluster({ ...options, env: ENV });
  apis = [await cluster.api(), await cluster.api()];
  workers = await Promise.all([cluster.workers(), cluster.workers()]);
  load = startLoad(() => apis, LONG ? 8 : 4);
};
afterEach(async () => {
  await cluster.stop();
  await proxy?.close();
  proxy = undefined;
});

/** Does `fault` again and again until the time is up; what has become of all runs then. */
const under = async (fault: () => Promise<void>, forMs = FAULTS_MS) => {
  const end = performance.now() + forMs;
  while (performance.now() < end) await fault();
  await load.stop();
  const ended = performance.now();
  const left = await countOpen(cluster, load);
  await untilEnded(cluster, load);
  const tookMs = Math.round(performance.now() - ended);
  const verdict = await judge(cluster, load);
  console.log(
    `${expect.getState().currentTestName}: ${verdict.acceptedRuns} runs, ${verdict.repeatedSteps} steps repeated, the last ${left} ended ${tookMs} ms after the last fault`,
  );
  expect(tookMs).toBeLessThan(RECOVERED_MS);
  expect(verdict.acceptedRuns).toBeGreaterThan(0);
  return verdict;
};

describe('under load nothing acknowledged is lost, no step is missing and no thread forks', () => {
  it('when workers and API nodes are killed at random', LIMIT, async () => {
    await open();
    const verdict = await under(async () => {
      await sleep(1000 + Math.random() * 1500);
      const at = Math.floor(Math.random() * 2);
      if (Math.random() < 0.6) {
        await workers[at]?.kill();
        workers[at] = await cluster.workers();
      } else {
        const gone = apis[at];
        apis = apis.filter((api) => api !== gone);
        await gone?.kill();
        apis.push(await cluster.api());
      }
    }, KILLS_MS);
    expect(verdict).toMatchObject(NOTHING_LOST);
  });

  it('when worker processes are stopped, lose their runs, and wake again', LIMIT, async () => {
    await open();
    const verdict = await under(async () => {
      const [zombie] = childrenOf(workers[Math.floor(Math.random() * 2)] as NodeProcess);
      if (zombie === undefined) return sleep(100);
      process.kill(zombie, 'SIGSTOP');
      await sleep(10_000); // longer than the lease
      process.kill(zombie, 'SIGCONT');
      await sleep(500);
    });
    expect(verdict).toMatchObject(NOTHING_LOST);
  });

  it('when Postgres breaks every connection, again and again', LIMIT, async () => {
    await open();
    const verdict = await under(async () => {
      await sleep(1500 + Math.random() * 2000);
      await cluster.postgres.breakConnections();
    });
    expect(verdict).toMatchObject(NOTHING_LOST);
  });

  it('when Postgres crashes and is started again every few seconds', LIMIT, async () => {
    await open();
    const verdict = await under(async () => {
      await sleep(5000 + Math.random() * 5000);
      await cluster.postgres.crash();
    });
    expect(verdict).toMatchObject(NOTHING_LOST);
  });

  it('when the network to Postgres is slow, cut and half open', LIMIT, async () => {
    const postgres = await (await import('../support/postgres.ts')).startPostgres();
    const between = await startProxy(postgres);
    proxy = between;
    const through = (url: string): string => {
      const changed = new URL(url);
      changed.port = String(between.port);
      return changed.href;
    };
    await open({ postgres, through });
    const verdict = await under(async () => {
      await sleep(1500);
      between.cut();
      await sleep(1000);
      between.delay(30);
      await sleep(1500);
      between.open();
      between.halfOpen();
      await sleep(2000);
      between.open();
      await sleep(LONG ? 15_000 : 5000);
    });
    expect(verdict).toMatchObject(NOTHING_LOST);
    await cluster.stop();
    await postgres.stop();
  });
});
