// What an operator waits for: a pause, a resume, an emergency stop, an event that many threads wait for.
import { setTimeout as sleep } from 'node:timers/promises';
import { atOnce, call, eventsOf, median, newThread, now, repeated } from './http.mjs';

const launch = async (base, body) => {
  const thread = await newThread(base);
  const run = await call(base, `POST /threads/${thread}/runs`, { assistant_id: 'steps', ...body });
  return { thread, run: run.run_id };
};

const input = (steps, sleep_ms) => ({ input: { steps, sleep_ms }, config: { recursion_limit: steps + 10 } });

const running = async (base, { thread, run }) => {
  while ((await call(base, `GET /threads/${thread}/runs/${run}`)).lifecycle.state !== 'running');
};

const pause = (base, { thread }, terms = {}) =>
  call(base, `POST /threads/${thread}/pause`, { reason: 'measured', ...terms });

/** Answers as soon as the run is at rest. */
const atRest = (base, { thread, run }) => call(base, `GET /threads/${thread}/runs/${run}/join`);

const stateOf = async (base, { thread }) => (await call(base, `GET /threads/${thread}`)).lifecycle.state;

const cancel = (base, { thread, run }) => call(base, `POST /threads/${thread}/runs/${run}/cancel?wait=1`);

export const controlProbes = {
  /** From the request, at a random moment of a step of 50 ms, until it is paused and read back. */
  pause: async (base, { quick }) => {
    const took = await repeated(quick ? 5 : 20, async () => {
      const ref = await launch(base, input(200, 50));
      await running(base, ref);
      await sleep(50 + Math.random() * 50);
      const start = now();
      await pause(base, ref);
      await atRest(base, ref);
      const ms = now() - start;
      if ((await stateOf(base, ref)) !== 'paused') throw new Error('it is not paused');
      await cancel(base, ref);
      return ms;
    });
    return { pause_p50_ms: median(took) };
  },
  /** From the request, through its preflight, until the first step begins, as it says itself. */
  resume_paused: async (base, { quick }) => {
    const took = await repeated(quick ? 5 : 20, async () => {
      const ref = await launch(base, { ...input(200, 20), assistant_id: 'marks', stream_mode: ['custom'] });
      await running(base, ref);
      await pause(base, ref);
      await atRest(base, ref);
      const stream = `/threads/${ref.thread}/runs/${ref.run}/stream`;
      let last = '-1';
      for await (const { id } of eventsOf(base, `GET ${stream}`, { 'last-event-id': '-1' }))
        last = id ?? last;
      const start = Date.now();
      await call(base, `POST /threads/${ref.thread}/resume`, {});
      let begun;
      for await (const { event, data } of eventsOf(base, `GET ${stream}`, { 'last-event-id': last })) {
        if (event !== 'custom') continue;
        begun = JSON.parse(data).at;
        break;
      }
      const ms = begun - start;
      await cancel(base, ref);
      return ms;
    });
    return { resume_first_step_p50_ms: median(took) };
  },
  /** Eight runs in the middle of a long step: until the stop is in force, and until all are confirmed down. */
  stop: async (base, { quick }) => {
    const took = await repeated(quick ? 2 : 5, async () => {
      const refs = await Promise.all(Array.from({ length: 8 }, () => launch(base, input(1, 20_000))));
      await Promise.all(refs.map((ref) => running(base, ref)));
      const start = now();
      const stop = await call(base, 'POST /emergency-stops', { scope: { all: true }, reason: 'measured' });
      const answered = now() - start;
      for (let { runs } = stop; !runs.every(({ confirmed }) => confirmed);)
        ({ runs } = await call(base, `GET /emergency-stops/${stop.stop_id}`));
      const confirmed = now() - start;
      await call(base, `POST /emergency-stops/${stop.stop_id}/release`, {});
      for (const ref of refs) await call(base, `DELETE /threads/${ref.thread}`);
      return { answered, confirmed };
    });
    return {
      stop_8_ms: median(took.map(({ answered }) => answered)),
      stop_8_confirmed_ms: median(took.map(({ confirmed }) => confirmed)),
    };
  },
  /** One event for many threads: until the last has resumed and is done. */
  event: async (base, { quick }) => {
    const count = quick ? 100 : 1000;
    const refs = [];
    const everything = { scope: { all: true }, reason: 'gather' };
    const { pause_id: gathering } = await call(base, 'POST /pauses', everything);
    await atOnce(count, 10, async () => {
      const ref = await launch(base, input(2, 20));
      await pause(base, ref, { resume_when: 'event: measured' });
      refs.push(ref);
    });
    await call(base, `POST /pauses/${gathering}/resume`, {});
    while ((await call(base, `GET /pauses/${gathering}`)).state === 'active');
    const waiting = (await Promise.all(refs.map((ref) => stateOf(base, ref)))).filter(
      (state) => state === 'paused',
    );
    const start = now();
    await call(base, 'POST /events', { type: 'measured', id: crypto.randomUUID(), data: {} });
    for (let left = waiting.length; left > 0;) {
      const { runs } = await call(base, 'GET /queue');
      left = (runs.paused ?? 0) + (runs.queued ?? 0) + (runs.running ?? 0);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, 50)); // looking costs the server time, too
    }
    return { event_threads: waiting.length, event_all_done_ms: now() - start };
  },
};
