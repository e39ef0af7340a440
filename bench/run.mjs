#!/usr/bin/env node
// Measures a server against the floor: the same graphs in one process, LangGraph and SQLite alone.
//   node bench/run.mjs [--quick] [--only=run,tokens] [--rounds=3] [--threads=100000] [NAME=URL ...]
//   node bench/run.mjs --postgres [--quick] [--only=runs,growth] [--redis=redis://…]: see scale.mjs
// Starts Holdpoint from dist/ by itself; servers named as NAME=URL are measured too, probe by probe in turn.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { controlProbes } from './control-probes.mjs';
import { median, probes, residentMiB } from './probes.mjs';
import { wireProbes } from './wire-probes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const args = process.argv.slice(2);
if (args.includes('--postgres')) {
  await (await import('./scale.mjs')).benchScale(args);
  process.exit();
}
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const quick = args.includes('--quick');
const only = option('only')?.split(',');
const threads = Number(option('threads') ?? 0);
const rounds = Number(option('rounds') ?? (quick ? 1 : 3));

/** Ratios the project holds itself to, of the floor. */
const GOALS = {
  run_wait_p50_ms: { of: 'run_wait_p50_ms', most: 4 },
  runs_per_s: { of: 'runs_per_s', least: 0.45 },
  superstep_ms: { of: 'superstep_ms_sync_full', most: 1.5 },
  resume_p50_ms: { of: 'resume_p50_ms', most: 4 },
  stream_events_per_s: { of: 'stream_events_per_s', least: 0.625 },
};

/** What is to be had at most, or at least, whatever the floor. */
const LIMITS = {
  pause_p50_ms: { most: 60 },
  resume_first_step_p50_ms: { most: 15 },
  stop_8_ms: { most: 150 },
  event_all_done_ms: { most: 10_000 },
  deep_state_ms: { most: 3 },
  deep_history20_ms: { most: 10 },
  search_many_threads_ms: { most: 15 },
  v2_events_per_s: { least: 5000 },
  readers_p99_ms: { most: 500 },
  readers_mib: { most: 600 },
};

const runTypeScript = (file, ...given) =>
  execFileSync(process.execPath, ['--import', 'tsx', join(here, file), ...given.map(String)], {
    encoding: 'utf8',
  });

const startHoldpoint = async () => {
  const data = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
  if (threads > 0) runTypeScript('seed-threads.mts', data, threads);
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      join(here, '../dist/cli.js'),
      'serve',
      '--port',
      '0',
      '--data',
      data,
      '--config',
      join(here, 'langgraph.json'),
    ],
    // Schemas are read once for the same sources, in a process that ends then: not what is measured.
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOLDPOINT_SCHEMAS_AHEAD: 'no' } },
  );
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /ready at (http:\S+)/.exec(line);
      if (match) resolve(match[1]);
    });
    child.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
  });
  await fetch(`${url}/info`);
  const startMs = performance.now() - started;
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    rmSync(data, { recursive: true, force: true });
  };
  return { name: 'holdpoint', url, pid: child.pid, startMs, stop };
};

/** Every probe on all servers in turn, so that a change of the machine meets them alike; the median of the rounds. */
const measure = async (servers) => {
  const figures = Object.fromEntries(servers.map(({ name }) => [name, {}]));
  const turns = [...Object.entries(probes), ...Object.entries(wireProbes), ...Object.entries(controlProbes)]
    .filter(([probe]) => !only || only.includes(probe))
    .flatMap(([probe, run]) => {
      const able = probe in controlProbes ? servers.filter(({ name }) => name === 'holdpoint') : servers;
      return Array.from({ length: rounds }, () => able.map((server) => ({ run, ...server }))).flat();
    });
  for (const { run, name, url, pid } of turns) {
    const results = await run(url, { quick, pid, threads });
    for (const [figure, value] of Object.entries(results)) (figures[name][figure] ??= []).push(value);
  }
  for (const of of Object.values(figures)) for (const name of Object.keys(of)) of[name] = median(of[name]);
  return figures;
};

const verdict = (value, { most, least }) => {
  const held = most !== undefined ? value <= most : value >= least;
  return `(goal ${most !== undefined ? `<= ${most}` : `>= ${least}`}) ${held ? 'ok' : 'MISSED'}`;
};

const judged = (name, value, floor) => {
  const goal = GOALS[name];
  if (goal) {
    const ratio = value / floor[goal.of];
    return `${ratio.toFixed(2)} x floor ${verdict(ratio, goal)}`;
  }
  return name in LIMITS ? verdict(value, LIMITS[name]) : '';
};

const report = (figures, floor) => {
  for (const [server, of] of Object.entries(figures)) {
    console.log(`\n${server}`);
    for (const [name, value] of Object.entries(of))
      console.log(`  ${name.padEnd(26)} ${value.toFixed(2).padStart(10)}  ${judged(name, value, floor)}`);
  }
};

const others = args
  .filter((arg) => /^[\w-]+=http/.test(arg))
  .map((arg) => ({ name: arg.split('=')[0], url: arg.slice(arg.indexOf('=') + 1) }));
/** The probes that are held against it. */
const OF_FLOOR = ['run', 'throughput', 'superstep', 'resume', 'tokens'];
const floor =
  !only || only.some((probe) => OF_FLOOR.includes(probe))
    ? JSON.parse(runTypeScript('floor.mts'))
    : undefined;
const ours = await startHoldpoint();
try {
  await new Promise((resolve) => setTimeout(resolve, 2000)); // let it come to rest before its memory is read
  const idle = residentMiB(ours.pid);
  const figures = await measure([ours, ...others]);
  if (floor) console.log('floor', JSON.stringify(floor, null, 2));
  figures.holdpoint = { start_to_first_answer_ms: ours.startMs, idle_mib: idle, ...figures.holdpoint };
  report(figures, floor);
} finally {
  await ours.stop();
}
