// Measures API nodes and workers on one Postgres, on this machine:
//   npm run bench -- --postgres [--quick] [--only=runs,dispatch,tokens,orders,workers,growth] [--redis=redis://127.0.0.1/1]
import { writeFileSync } from 'node:fs';
import { cpuMs } from './cpu.mjs';
import { atOnce, call, eventsOf, median, newThread, now, repeated, wait } from './http.mjs';
import { startApi, startPostgres, startWorkers } from './nodes.mjs';
import { plotGrowth } from './plot.mjs';
import { seedThreads } from './seed.mjs';

/** What the project holds itself to. */
const GOALS = {
  runs_per_s: { least: 120 },
  dispatch_p50_ms: { most: 10 },
  token_p50_ms: { most: 20 },
  pause_p95_ms: { most: 150 },
  cancel_p95_ms: { most: 150 },
  stop_p95_ms: { most: 150 },
  four_workers_x: { least: 3.5 },
  growth_worst: { most: 1.2 },
};

const WORKERS = 2;

const p95 = (xs) => [...xs].sort((a, b) => a - b)[Math.min(xs.length - 1, Math.floor(xs.length * 0.95))];

const oneStep = async (base) =>
  wait(base, await newThread(base), { assistant_id: 'steps', input: { steps: 1 } });

/** Runs of one step: so many a second, with 16 callers. */
const runsPerSecond = async (base, count) => {
  const start = now();
  await atOnce(count, 16, () => oneStep(base));
  return count / ((now() - start) / 1000);
};

/** Milliseconds of processor time that each role has taken so far. */
const taken = (pids) => Object.fromEntries(Object.entries(pids).map(([role, of]) => [role, cpuMs(of)]));

const dispatch = async ({ base, postgres }, { quick }) => {
  await repeated(quick ? 20 : 100, () => oneStep(base));
  const rows = await postgres.query(
    `SELECT extract(epoch FROM c.at::timestamptz - l.at::timestamptz) * 1000 AS ms
     FROM session_log c JOIN session_log l ON l.run_id = c.run_id AND l.kind = 'launch'
     WHERE c.kind = 'claim' ORDER BY c.seq DESC LIMIT $1`,
    [quick ? 20 : 100],
  );
  return { dispatch_p50_ms: median(rows.map(({ ms }) => Number(ms))) };
};

/** From the node that writes an event to who reads the stream, at 2,000 events a second. */
const tokens = async ({ base }, { quick }) => {
  const late = [];
  const body = {
    assistant_id: 'paced',
    input: { events: quick ? 2000 : 10_000, rate: 2000 },
    stream_mode: ['custom'],
  };
  const thread = await newThread(base);
  for await (const { event, data } of eventsOf(base, `POST /threads/${thread}/runs/stream`, { body }))
    if (event === 'custom') late.push(Date.now() - JSON.parse(data).at);
  return { token_p50_ms: median(late), token_p95_ms: p95(late) };
};

const launched = async (base, input) => {
  const thread = await newThread(base);
  const body = { assistant_id: 'steps', input, config: { recursion_limit: 2000 } };
  const { run_id: run } = await call(base, `POST /threads/${thread}/runs`, body);
  while ((await call(base, `GET /threads/${thread}/runs/${run}`)).lifecycle.state !== 'running');
  return { thread, run };
};

const settled = (base, { thread, run }) => call(base, `GET /threads/${thread}/runs/${run}/join`);

/** A stop ends the worker whose code may not have heard of it: resolves when that is done and another has its place. */
const replaced = async (base, { stop_id: id }) => {
  const isDown = async () =>
    (await call(base, `GET /emergency-stops/${id}`)).runs.every(({ confirmed }) => confirmed);
  const areReady = async () => {
    const workers = await call(base, 'GET /workers');
    return workers.filter(({ state }) => state === 'running').length === WORKERS;
  };
  while (!(await isDown()) || !(await areReady())) await new Promise((resolve) => setTimeout(resolve, 100));
};

/** From an order, given to one API node, until another says that the run, on a worker, has obeyed. */
const orders = async ({ base, other }, { quick }) => {
  const count = quick ? 10 : 40;
  const timed = async (input, order) => {
    const ref = await launched(base, input);
    const start = now();
    await order(ref);
    return now() - start;
  };
  const paused = await repeated(count, () =>
    timed({ steps: 1000, sleep_ms: 10 }, async (ref) => {
      await call(base, `POST /threads/${ref.thread}/pause`, { reason: 'measured' });
      await settled(other, ref);
    }),
  );
  const cancelled = await repeated(count, () =>
    timed({ steps: 1, sleep_ms: 20_000 }, async (ref) => {
      await call(base, `POST /threads/${ref.thread}/runs/${ref.run}/cancel`);
      await settled(other, ref);
    }),
  );
  const stopOne = async () => {
    let stop;
    const took = await timed({ steps: 1, sleep_ms: 20_000 }, async (ref) => {
      const scope = { thread_id: ref.thread };
      stop = await call(base, 'POST /emergency-stops', { scope, reason: 'measured' });
      await settled(other, ref);
    });
    await replaced(base, stop);
    return took;
  };
  await stopOne(); // the first one on a node loads what reads the states of runs that have not ended
  const stopped = await repeated(quick ? 5 : 24, stopOne);
  return { pause_p95_ms: p95(paused), cancel_p95_ms: p95(cancelled), stop_p95_ms: p95(stopped) };
};

/** Forty runs at once whose steps sleep 50 ms each. */
const sleeping = async (base, steps) => {
  const start = now();
  await atOnce(40, 40, async () =>
    wait(base, await newThread(base), {
      assistant_id: 'steps',
      input: { steps, sleep_ms: 50 },
      config: { recursion_limit: 2000 },
    }),
  );
  return now() - start;
};

/** One worker with ten runs at once, then four of them. */
const workers = async ({ base, env, stopWorkers }, { quick }) => {
  const steps = quick ? 10 : 20;
  await stopWorkers();
  const nodes = [await startWorkers(env)];
  await sleeping(base, 2); // graphs are loaded, connections made
  const one = await sleeping(base, steps);
  for (let i = 0; i < 3; i++) nodes.push(await startWorkers(env));
  await sleeping(base, 2);
  const four = await sleeping(base, steps);
  await Promise.all(nodes.map((node) => node.stop()));
  return { one_worker_ms: one, four_workers_ms: four, four_workers_x: one / four };
};

/** Runs until that makes it no faster: code is compiled, plans are made, connections are there. */
const warmUp = async (base) => {
  let before = 0;
  for (let round = 0; round < 10; round++) {
    const rate = await runsPerSecond(base, 150);
    if (round > 1 && rate < before * 1.03) return;
    before = rate;
  }
};

/** What a run costs with more and more threads in the database: time, and the processor time of all roles. */
const growth = async ({ base, postgres, pids }, { quick }) => {
  const measured = [];
  await warmUp(base);
  const count = quick ? 100 : 150;
  const cpu = () => Object.values(taken(pids())).reduce((sum, ms) => sum + ms, 0);
  for (const threads of quick ? [1000, 10_000] : [1000, 3000, 10_000, 30_000, 100_000]) {
    await seedThreads(postgres, threads);
    await runsPerSecond(base, 50);
    const before = cpu();
    const rounds = await repeated(quick ? 1 : 3, () => runsPerSecond(base, count));
    const cpuMsPerRun = (cpu() - before) / (count * rounds.length);
    measured.push({ threads, ms: 1000 / median(rounds), cpu: cpuMsPerRun });
  }
  const [{ kib }] = await postgres.query('SELECT pg_database_size(current_database()) / 1024 AS kib');
  if (!quick)
    writeFileSync(new URL('../docs/images/cost-per-run.svg', import.meta.url), plotGrowth(measured));
  const first = measured[0].ms;
  return {
    ...Object.fromEntries(measured.map(({ threads, ms }) => [`ms_per_run_at_${threads}`, ms])),
    ...Object.fromEntries(measured.map(({ threads, cpu: ms }) => [`cpu_ms_per_run_at_${threads}`, ms])),
    kib_per_thread: Number(kib) / measured.at(-1).threads,
    growth_worst: Math.max(...measured.map(({ ms }) => ms / first)),
    cpu_growth_worst: Math.max(...measured.map(({ cpu: ms }) => ms / measured[0].cpu)),
  };
};

const SECTIONS = {
  runs: async ({ base, postgres, pids }, { quick }) => {
    await runsPerSecond(base, 100);
    const count = quick ? 200 : 500;
    const wal = async () => Number((await postgres.query("SELECT pg_current_wal_lsn() - '0/0' AS b"))[0].b);
    const before = { wal: await wal(), ...taken(pids()) };
    const rounds = await repeated(quick ? 1 : 3, () => runsPerSecond(base, count));
    const after = { wal: await wal(), ...taken(pids()) };
    const perRun = (of) => (after[of] - before[of]) / (count * rounds.length);
    return {
      runs_per_s: median(rounds),
      ...Object.fromEntries(Object.keys(pids()).map((role) => [`${role}_cpu_ms_per_run`, perRun(role)])),
      wal_kib_per_run: perRun('wal') / 1024,
    };
  },
  dispatch,
  tokens,
  orders,
  growth,
  workers, // ends the workers of the others
};

const report = (figures) => {
  for (const [name, value] of Object.entries(figures)) {
    const { least, most } = GOALS[name] ?? {};
    const goal = least === undefined ? most : least;
    const held = least === undefined ? value <= most : value >= least;
    const told =
      goal === undefined
        ? ''
        : `(goal ${least === undefined ? '<=' : '>='} ${goal}) ${held ? 'ok' : 'MISSED'}`;
    console.log(`  ${name.padEnd(26)} ${value.toFixed(2).padStart(10)}  ${told}`);
  }
};

export const benchScale = async (args) => {
  const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  const quick = args.includes('--quick');
  const only = option('only')?.split(',');
  const postgres = await startPostgres();
  const env = {
    HOLDPOINT_DATABASE_URL: postgres.url,
    HOLDPOINT_REDIS_URL: option('redis') ?? '',
    HOLDPOINT_RATE_LIMIT: '0',
  };
  const apis = [await startApi(env), await startApi(env)];
  let running = await repeated(WORKERS, () => startWorkers(env));
  const stopWorkers = async () => {
    const ending = running;
    running = [];
    await Promise.all(ending.map((node) => node.stop()));
  };
  const [base, other] = apis.map(({ url }) => url);
  const pids = () => ({
    postgres: [postgres.pid],
    api: apis.map(({ pid }) => pid),
    workers: running.map(({ pid }) => pid),
  });
  try {
    for (const [name, section] of Object.entries(SECTIONS)) {
      if (only && !only.includes(name)) continue;
      console.log(name);
      report(await section({ base, other, postgres, env, pids, stopWorkers }, { quick }));
    }
  } finally {
    await stopWorkers();
    await Promise.all(apis.map((node) => node.stop()));
    await postgres.stop();
  }
};
