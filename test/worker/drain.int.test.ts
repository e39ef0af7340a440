import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { damage, expectAgreement, heldThreads, runLog, storedRun } from '../crash/inspect.ts';
import { openStream, type Frame, type OpenStream } from '../wire/sse.ts';
import { startTroubleServer, type RunRef, type TroubleServer } from './trouble-server.ts';

let server: TroubleServer;
/** The settings of the server that runs; none when none does. */
let running: Record<string, string> | undefined;

const start = async (env: Record<string, string>, dataDir?: string): Promise<void> => {
  server = await startTroubleServer(env, dataDir);
  running = env;
};

const end = async (): Promise<void> => {
  running = undefined;
  await server.kill();
};

afterEach(({ task }) => (task.result?.state === 'fail' ? end() : undefined));
afterAll(end);

/** A server with these settings: the one that the test before started last, where it has them. */
const ready = async (env: Record<string, string> = {}): Promise<void> => {
  if (isDeepStrictEqual(env, running)) return;
  if (running) await end();
  await start(env);
};

/** Starts it on the same folder, with what the next test wants. */
const restart = (env: Record<string, string> = {}): Promise<void> => start(env, server.dataDir);

const HASTY = { HOLDPOINT_DRAIN_TIMEOUT_MS: '500' };

/** Asks the server to stop; its exit code. */
const stopped = async (): Promise<number | null> => {
  const exited = once(server.process, 'exit') as Promise<[number | null]>;
  running = undefined;
  server.process.kill('SIGTERM');
  const [code] = await exited;
  return code;
};

const effectsOf = ({ threadId }: RunRef): string[] => server.effects(threadId).map(({ what }) => what);

const begun = (run: RunRef, what: string): Promise<void> => until(() => effectsOf(run).includes(what));

/** What a reader gets until it is done or the connection ends. */
const framesOf = async (reader: OpenStream): Promise<Frame[]> => {
  const frames: Frame[] = [];
  try {
    for (let frame = await reader.next(); frame; frame = await reader.next()) frames.push(frame);
  } catch {
    // The server is gone.
  }
  return frames;
};

/** A stopped server leaves whole files and no owner; the run waits and has lost nothing by it. */
const expectHandedBack = async ({ runId }: RunRef): Promise<void> => {
  const { dataDir } = server;
  expect([damage(dataDir), await heldThreads(dataDir)]).toEqual([[], []]);
  expect(await storedRun(dataDir, runId)).toMatchObject({
    state: 'pending',
    attempt: 1,
    spent: 0,
    failure: null,
  });
  expect((await runLog(dataDir, runId)).map(({ kind }) => kind)).toEqual(['launch', 'claim', 'loseLease']);
};

describe('a server that is told to stop', () => {
  it('brings what runs to the end of its step; it goes on after the next start, each step once', async () => {
    await ready();
    const run = await server.launch('steps', { steps: 5, ms: 400 });
    await begun(run, 'step-2');
    expect(await stopped()).toBe(0);
    expect(effectsOf(run)).toEqual(['step-1', 'step-2']);
    await expectHandedBack(run);
    await restart();
    expect(await server.ended(run)).toMatchObject({ state: 'success', attempt: 2, spent: 0 });
    expect(effectsOf(run)).toEqual(['step-1', 'step-2', 'step-3', 'step-4', 'step-5']);
    await expectAgreement(server.client, run.threadId);
  });

  it('takes no new connection, serves its readers to the end of the step, and they miss nothing', async () => {
    await ready();
    const run = await server.launch('steps', { steps: 3, ms: 700 });
    const path = `/threads/${run.threadId}/runs/${run.runId}/stream`;
    const reader = await openStream(`${server.url}${path}`, { headers: { 'last-event-id': '-1' } });
    const seen = [await reader.next(), await reader.next(), await reader.next()].filter((frame) => !!frame);
    expect(seen.map(({ event }) => event)).toEqual(['metadata', 'values', 'values']);
    await begun(run, 'step-2');
    const exit = stopped();
    await until(() => server.output().includes('stopping'));
    await expect(fetch(`${server.url}/ok`)).rejects.toThrow('fetch failed');
    seen.push(...(await framesOf(reader)));
    expect(await exit).toBe(0);
    await restart();
    await server.ended(run);
    const last = seen.at(-1)?.id ?? '';
    const later = await openStream(`${server.url}${path}`, { headers: { 'last-event-id': last } });
    const whole = await openStream(`${server.url}${path}`, { headers: { 'last-event-id': '-1' } });
    expect([...seen, ...(await later.rest())]).toEqual(await whole.rest());
  });

  it('lets a sub-agent inside a tool finish: LangGraph would take the stop for an error of the tool', async () => {
    await ready();
    const run = await server.launch('sub-agent', { messages: [{ role: 'user', content: 'go' }] });
    await begun(run, 'sub-1');
    expect(await stopped()).toBe(0);
    expect(effectsOf(run)).toEqual(['choose', 'sub-1', 'sub-2', 'sub-3']);
    await expectHandedBack(run);
    await restart(HASTY);
    expect(await server.ended(run)).toMatchObject({ state: 'success' });
    expect(effectsOf(run)).toEqual(['choose', 'sub-1', 'sub-2', 'sub-3', 'conclude']);
    const { values } = await server.client.threads.getState<{
      messages: { type: string; content: string }[];
    }>(run.threadId);
    expect(values.messages.map(({ type, content }) => [type, content])).toEqual([
      ['human', 'go'],
      ['ai', ''],
      ['tool', 'sub-1,sub-2,sub-3'],
      ['ai', 'done'],
    ]);
  });

  it('cuts a step that does not end in time, and the run loses no attempt by it', async () => {
    await ready(HASTY);
    const run = await server.trouble('hangOnce');
    await begun(run, 'hang begins');
    expect(await stopped()).toBe(0);
    await expectHandedBack(run);
    await restart(HASTY);
    expect(await server.ended(run)).toMatchObject({ state: 'success', spent: 0 });
  });

  it('kills a worker that does not even hear it', async () => {
    await ready(HASTY);
    const run = await server.trouble('spin');
    await begun(run, 'spin');
    expect(await stopped()).toBe(0);
    await expectHandedBack(run);
  });
});
