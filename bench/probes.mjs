// What is measured of a LangGraph-compatible server, over HTTP alone. Each probe answers figures by name.
import { execSync } from 'node:child_process';
import { atOnce, call, eventsOf, median, newThread, now, repeated, wait } from './http.mjs';

export { median };

/** Resident memory of a process and all it started, in MiB. */
export const residentMiB = (pid) => {
  const rows = execSync('ps -eo pid=,ppid=,rss=')
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([Number(pid)]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [child, parent] of rows)
      if (family.has(parent) && !family.has(child)) grew = Boolean(family.add(child));
  }
  return rows.filter(([id]) => family.has(id)).reduce((sum, [, , rss]) => sum + rss, 0) / 1024;
};

export const probes = {
  /** One superstep, one run after another: request to final state. */
  run: async (base, { quick }) => {
    const times = await repeated(quick ? 10 : 50, async () => {
      const thread = await newThread(base);
      const start = now();
      await wait(base, thread, { assistant_id: 'steps', input: { steps: 1 } });
      return now() - start;
    });
    return { run_wait_p50_ms: median(times) };
  },
  /** Ten at once. */
  throughput: async (base, { quick }) => {
    const count = quick ? 100 : 400;
    const start = now();
    await atOnce(count, 10, async () => {
      const thread = await newThread(base);
      await wait(base, thread, { assistant_id: 'steps', input: { steps: 1 } });
    });
    return { runs_per_s: count / ((now() - start) / 1000) };
  },
  /** A superstep with its checkpoint. */
  superstep: async (base) => {
    const thread = await newThread(base);
    const steps = 300;
    const start = now();
    await wait(base, thread, {
      assistant_id: 'steps',
      input: { steps },
      config: { recursion_limit: steps + 10 },
    });
    return { superstep_ms: (now() - start) / steps };
  },
  /** Request to the first state on the stream. */
  firstEvent: async (base, { quick }) => {
    const times = await repeated(quick ? 10 : 50, async () => {
      const thread = await newThread(base);
      const start = now();
      const body = { assistant_id: 'steps', input: { steps: 1 }, stream_mode: ['values'] };
      for await (const { event: name } of eventsOf(base, `POST /threads/${thread}/runs/stream`, { body }))
        if (name === 'values') break;
      return now() - start;
    });
    return { first_values_p50_ms: median(times) };
  },
  /** An answer to the end of the run. */
  resume: async (base, { quick }) => {
    const times = await repeated(quick ? 10 : 50, async () => {
      const thread = await newThread(base);
      await wait(base, thread, { assistant_id: 'gate', input: {} });
      const start = now();
      const values = await wait(base, thread, { assistant_id: 'gate', command: { resume: 'yes' } });
      if (values.n !== 2 || values.decision !== 'yes')
        throw new Error(`resume gave ${JSON.stringify(values)}`);
      return now() - start;
    });
    return { resume_p50_ms: median(times) };
  },
  /** Custom events from a node to a reader. */
  tokens: async (base) => {
    const thread = await newThread(base);
    const events = 5000;
    const start = now();
    let got = 0;
    const body = { assistant_id: 'tokens', input: { events }, stream_mode: ['custom'] };
    for await (const { event: name } of eventsOf(base, `POST /threads/${thread}/runs/stream`, { body }))
      if (name === 'custom') got++;
    if (got !== events) throw new Error(`streamed ${got} of ${events}`);
    return { stream_events_per_s: events / ((now() - start) / 1000) };
  },
  /** Reads on a thread with 300 checkpoints of 20 kB, of a server that has been read from before. */
  deepThread: async (base) => {
    const thread = await newThread(base);
    await wait(base, thread, {
      assistant_id: 'steps',
      input: { steps: 300, pad: 'x'.repeat(20_000) },
      config: { recursion_limit: 310 },
    });
    const timed = (request, body) => async () => {
      const start = now();
      await call(base, request, body);
      return now() - start;
    };
    const p50 = async (request, body) => {
      await repeated(20, timed(request, body));
      return median(await repeated(50, timed(request, body)));
    };
    return {
      deep_state_ms: await p50(`GET /threads/${thread}/state`),
      deep_history20_ms: await p50(`POST /threads/${thread}/history`, { limit: 20 }),
    };
  },
  /** Threads that wait for a person: what they cost after a first load, and how fast they are found. */
  parked: async (base, { quick, pid }) => {
    const count = quick ? 100 : 500;
    const park = () =>
      atOnce(count, 10, async () => {
        const thread = await newThread(base);
        await wait(base, thread, { assistant_id: 'gate', input: {} });
      });
    const start = now();
    await park();
    const took = now() - start;
    const before = pid === undefined ? NaN : residentMiB(pid);
    await park();
    const after = pid === undefined ? NaN : residentMiB(pid);
    const searches = await repeated(9, async () => {
      const searchStart = now();
      const found = await call(base, 'POST /threads/search', { status: 'interrupted', limit: 20 });
      if (found.length < 20) throw new Error(`search found ${found.length}`);
      return now() - searchStart;
    });
    return {
      park_per_s: count / (took / 1000),
      search_interrupted_ms: median(searches),
      parked_1000_mib: ((after - before) / count) * 1000,
    };
  },
};
