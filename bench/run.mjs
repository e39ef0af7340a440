#!/usr/bin/env node
// Measures a server against the floor: the same graphs in one process, LangGraph and SQLite alone.
//   node bench/run.mjs [--quick] [--only=run,tokens] [--rounds=3] [NAME=URL ...]
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

const here = fileURLToPath(new URL('.', import.meta.url));
const args = process.argv.slice(2);
if (args.includes('--postgres')) {
  await (await import('./scale.mjs')).benchScale(args);
  process.exit();
}
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const quick = args.includes('--quick');
const only = option('only')?.split(',');
const rounds = Number(option('rounds') ?? (quick ? 1 : 3));

/** Ratios the project holds itself to, of the floor. */
const GOALS = {
  run_wait_p50_ms: { of: 'run_wait_p50_ms', most: 4 },
  runs_per_s: { of: 'runs_per_s', least: 0.45 },
  superstep_ms: { of: 'superstep_ms_sync_full', most: 1.5 },
  resume_p50_ms: { of: 'resume_p50_ms', most: 4 },
  stream_events_per_s: { of: 'stream_events_per_s', least: 0.625 },
};

/** What an operator waits for at most, in milliseconds. */
const MOST_MS = {
  pause_p50_ms: 60,
  resume_first_step_p50_ms: 15,
  stop_8_ms: 150,
  event_all_done_ms: 10_000,
};

const startHoldpoint = async () => {
  const data = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'));
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
    { stdio: ['ignore', 'pipe', 'inherit'] },
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
  const turns = [...Object.entries(probes), ...Object.entries(controlProbes)]
    .filter(([probe]) => !only || only.includes(probe))
    .flatMap(([probe, run]) => {
      const able = probe in controlProbes ? servers.filter(({ name }) => name === 'holdpoint') : servers;
      return Array.from({ length: rounds }, () => able.map((server) => ({ run, ...server }))).flat();
    });
  for (const { run, name, url, pid } of turns) {
    const results = await run(url, { quick, pid });
    for (const [figure, value] of Object.entries(results)) (figures[name][figure] ??= []).push(value);
  }
  for (const of of Object.values(figures)) for (const name of Object.keys(of)) of[name] = median(of[name]);
  return figures;
};

const report = (figures, floor) => {
  for (const [server, of] of Object.entries(figures)) {
    console.log(`\n${server}`);
    for (const [name, value] of Object.entries(of)) {
      const goal = GOALS[name];
      const ratio = goal ? value / floor[goal.of] : undefined;
      const held = goal ? (goal.most !== undefined ? ratio <= goal.most : ratio >= goal.least) : undefined;
      const wanted = goal
        ? `${ratio.toFixed(2)} x floor (goal ${goal.most !== undefined ? `<= ${goal.most}` : `>= ${goal.least}`}) ${held ? 'ok' : 'MISSED'}`
        : '';
      const most = MOST_MS[name];
      const absolute = most === undefined ? '' : `(goal <= ${most} ms) ${value <= most ? 'ok' : 'MISSED'}`;
      console.log(`  ${name.padEnd(26)} ${value.toFixed(2).padStart(10)}  ${wanted}${absolute}`);
    }
  }
};

const others = args
  .filter((arg) => /^[\w-]+=http/.test(arg))
  .map((arg) => ({ name: arg.split('=')[0], url: arg.slice(arg.indexOf('=') + 1) }));
const floor = JSON.parse(
  execFileSync(process.execPath, ['--import', 'tsx', join(here, 'floor.mts')], { encoding: 'utf8' }),
);
const ours = await startHoldpoint();
try {
  await new Promise((resolve) => setTimeout(resolve, 2000)); // let it come to rest before its memory is read
  const idle = residentMiB(ours.pid);
  const figures = await measure([ours, ...others]);
  console.log('floor', JSON.stringify(floor, null, 2));
  figures.holdpoint = { start_to_first_answer_ms: ours.startMs, idle_mib: idle, ...figures.holdpoint };
  report(figures, floor);
} finally {
  await ours.stop();
}
