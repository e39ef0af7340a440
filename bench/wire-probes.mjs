// What many readers, long streams and very many threads cost on the wire.
import { randomUUID } from 'node:crypto';
import { call, eventsOf, median, newThread, now, repeated } from './http.mjs';
import { residentMiB } from './probes.mjs';

const READERS = 500;
const LIVE_RUNS = 10;

export const wireProbes = {
  /** Searches among the threads that were there before the server started (`--threads`). */
  search: async (base, { threads }) => {
    if (threads === 0) return {};
    const body = { status: 'interrupted', metadata: { team: 'team-7' }, limit: 20 };
    const took = await repeated(20, async () => {
      const start = now();
      const found = await call(base, 'POST /threads/search', body);
      if (found.length < 20) throw new Error(`search found ${found.length}`);
      return now() - start;
    });
    return { search_many_threads_ms: median(took) };
  },
  /** Chunks of a message, written by a node and read over protocol v2. */
  v2: async (base) => {
    const thread = randomUUID();
    const chunks = 5000;
    const params = { assistant_id: 'talk', input: { events: chunks } };
    const start = now();
    await call(base, `POST /threads/${thread}/commands`, { id: 1, method: 'run.start', params });
    const body = { channels: ['messages', 'lifecycle'], since: 0 };
    let got = 0;
    for await (const { event, data } of eventsOf(base, `POST /threads/${thread}/stream/events`, { body })) {
      if (event === 'messages') got++;
      if (event === 'lifecycle' && /"event":"(completed|failed)"/.test(data)) break;
    }
    if (got < chunks) throw new Error(`heard ${got} of ${chunks}`);
    return { v2_events_per_s: got / ((now() - start) / 1000) };
  },
  /** 500 readers of ten live runs: how long after it was said each hears each event. */
  readers: async (base, { pid }) => {
    const input = { steps: 60, sleep_ms: 100 };
    const lates = [];
    let most = 0;
    const watch = setInterval(() => pid !== undefined && (most = Math.max(most, residentMiB(pid))), 1000);
    const read = async (path) => {
      for await (const { data } of eventsOf(base, `GET ${path}`)) {
        const at = /"at":(\d+)/.exec(data)?.[1];
        if (at) lates.push(Date.now() - Number(at));
      }
    };
    const follow = async () => {
      const thread = await newThread(base);
      const body = { assistant_id: 'ticks', input, stream_mode: ['custom'] };
      const { run_id: run } = await call(base, `POST /threads/${thread}/runs`, body);
      const path = `/threads/${thread}/runs/${run}/stream`;
      await Promise.all(Array.from({ length: READERS / LIVE_RUNS }, () => read(path)));
    };
    await Promise.all(Array.from({ length: LIVE_RUNS }, follow));
    clearInterval(watch);
    const sorted = lates.toSorted((a, b) => a - b);
    if (sorted.length < READERS * input.steps * 0.9) throw new Error(`heard ${sorted.length} events`);
    return { readers_p99_ms: sorted[Math.floor(sorted.length * 0.99)], readers_mib: most };
  },
};
