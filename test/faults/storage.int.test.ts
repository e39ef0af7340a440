import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { damage, expectAgreement } from '../crash/inspect.ts';
import { temporaryFolder } from '../support/server.ts';
import { answerOf, expectComeAgain, startFaultyServer, type FaultyServer } from './faulty-server.ts';

let server: FaultyServer;

const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;

const launch = async (steps: number, ms: number): Promise<{ threadId: string; runId: string }> => {
  const threadId = await newThread();
  const { run_id: runId } = await server.client.runs.create(threadId, 'steps', { input: { steps, ms } });
  return { threadId, runId };
};

const trailOf = (steps: number): string[] => Array.from({ length: steps }, (_, index) => `step-${index + 1}`);

/** It came to the end of an undisturbed run; a step that could not be stored was done again. */
const expectWhole = async ({ threadId, runId }: { threadId: string; runId: string }, steps: number) => {
  await server.client.runs.join(threadId, runId);
  expect((await server.client.runs.get(threadId, runId)).status).toBe('success');
  expect((await server.client.threads.get(threadId)).values).toMatchObject({ trail: trailOf(steps) });
  expect([...new Set(server.did(threadId))]).toEqual(trailOf(steps));
  await expectAgreement(server.client, threadId);
};

/** Writes into a file until nothing more goes in. */
const fillUp = (file: string): void => {
  const handle = openSync(file, 'w');
  const isIn = (bytes: number): boolean => {
    try {
      return writeSync(handle, Buffer.alloc(bytes)) > 0;
    } catch {
      return false;
    }
  };
  for (const bytes of [65_536, 4096, 512, 1]) while (isIn(bytes));
  closeSync(handle);
};

/** A small disk of its own; undefined where this user may not mount one. */
const smallDisk = (megabytes: number): { folder: string; release: () => void } | undefined => {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { folder, release: () => execFileSync('umount', ['-l', folder]) };
};

const HOUR_MS = 3_600_000;

/** Starts servers several times over: time for a slow machine. */
const SLOW = { timeout: 180_000 };

describe('a server at work', () => {
  beforeAll(async () => {
    server = await startFaultyServer();
  });

  afterAll(() => server.kill());

  it('says that its database cannot be written; runs wait until it can', async () => {
    const run = await launch(6, 100);
    await until(() => server.did(run.threadId).length >= 2);
    server.fault('io', 'yes');
    expectComeAgain(await server.post('/threads', {}), 503);
    expect((await fetch(`${server.url}/threads/${run.threadId}`)).status).toBe(200);
    const done = server.did(run.threadId).length;
    server.fault('io', undefined);
    await expectWhole(run, 6);
    expect(server.did(run.threadId).length).toBeGreaterThanOrEqual(done);
    await newThread();
  });

  it('waits for a database that somebody else holds, then says so', async () => {
    const run = await launch(4, 100);
    await until(() => server.did(run.threadId).length >= 1);
    const other = new Database(join(server.dataDir, 'holdpoint.db'));
    other.exec('BEGIN IMMEDIATE');
    expectComeAgain(await server.post('/threads', {}), 503);
    other.exec('ROLLBACK');
    other.close();
    await expectWhole(run, 4);
    expect(await newThread()).toBeTruthy();
  });

  it('finishes a deletion that its checkpoints’ database refused', async () => {
    const threadId = await newThread();
    await server.client.runs.wait(threadId, 'steps', { input: { steps: 1 } });
    const checkpoints = new Database(join(server.dataDir, 'checkpoints.db'));
    checkpoints.exec('BEGIN IMMEDIATE');
    const refused = await fetch(`${server.url}/threads/${threadId}`, { method: 'DELETE' });
    expectComeAgain(await answerOf(refused), 503);
    checkpoints.exec('ROLLBACK');
    const ledger = new Database(join(server.dataDir, 'holdpoint.db'), { readonly: true });
    const left = (db: Database.Database, table: string) =>
      db.prepare<[string], number>(`SELECT count(*) FROM ${table} WHERE thread_id = ?`).pluck().get(threadId);
    await expect.poll(() => left(ledger, 'threads'), { timeout: 30_000 }).toBe(0);
    expect([left(ledger, 'runs'), left(checkpoints, 'checkpoints')]).toEqual([0, 0]);
    ledger.close();
    checkpoints.close();
  });

  it.each([
    ['back by an hour', -HOUR_MS],
    ['back by a day', -24 * HOUR_MS],
    ['forward by an hour', HOUR_MS],
    ['forward by a day', 24 * HOUR_MS],
  ])('forgets nothing that was done, and takes no answer twice, when the clock is set %s', async (_, by) => {
    const held = await newThread();
    await server.client.runs.wait(held, 'gate', { input: {} });
    const run = await launch(6, 60);
    await until(() => server.did(run.threadId).length >= 2);
    server.fault('clock', String(by));
    await server.client.runs.wait(held, 'gate', { command: { resume: 'yes' } });
    expect(server.did(held)).toEqual(['prepare', 'answered yes', 'act']);
    await expect(server.client.runs.wait(held, 'gate', { command: { resume: 'again' } })).rejects.toThrow(
      '409',
    );
    await expectWhole(run, 6);
    const later = await server.client.runs.create(run.threadId, 'steps', { input: { steps: 8, ms: 0 } });
    await expectWhole({ threadId: run.threadId, runId: later.run_id }, 8);
    const history = await server.client.threads.getHistory<{ trail: string[] }>(run.threadId, { limit: 1 });
    expect(history[0]?.values.trail).toHaveLength(8);
    server.fault('clock', undefined);
  });
});

describe('the databases of a server that has ended', SLOW, () => {
  const ran: { threadId: string; runId: string }[] = [];
  let dataDir: string;
  let file: string;

  /** What another program does to the checkpoints while no server runs. */
  const tamper = (change: (db: Database.Database) => void): void => {
    const db = new Database(file);
    change(db);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  };

  beforeAll(async () => {
    server = await startFaultyServer();
    ({ dataDir } = server);
    file = join(dataDir, 'checkpoints.db');
    ran.push(await launch(3, 0), await launch(3, 0));
    for (const run of ran) await expectWhole(run, 3);
    await server.kill('SIGTERM');
  });

  afterAll(() => server.kill());

  it('are refused at the start, and left as they are, when a newer version has written them', async () => {
    let version: unknown;
    tamper((db) => {
      version = db.pragma('user_version', { simple: true });
      db.pragma('user_version = 99');
    });
    const before = readFileSync(file);
    await expect(startFaultyServer({ dataDir })).rejects.toThrow('checkpoint schema 99');
    expect(readFileSync(file).equals(before)).toBe(true);
    tamper((db) => db.pragma(`user_version = ${String(version)}`));
  });

  it('with a damaged page are said to be damaged for what lies there, and the rest is served', async () => {
    const [damaged, sound] = ran.map(({ threadId }) => threadId) as [string, string];
    const cut = Buffer.from('{"v": 4, "cut');
    tamper((db) => db.prepare('UPDATE checkpoints SET checkpoint = ? WHERE thread_id = ?').run(cut, damaged));
    server = await startFaultyServer({ dataDir });
    const answer = await answerOf(await fetch(`${server.url}/threads/${damaged}/state`));
    expectComeAgain(answer, 503);
    expect(answer.body.message).toContain('damaged');
    expect((await server.client.threads.getState(sound)).values).toMatchObject({ trail: trailOf(3) });
    await expectWhole(await launch(3, 0), 3);
    await server.kill('SIGTERM');
  });

  it('damaged throughout are said to be, and the answer is never 500', async () => {
    tamper(() => {});
    const handle = openSync(file, 'r+');
    const { size } = statSync(file);
    for (let at = 8192; at < size; at += 4096) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
    closeSync(handle);
    server = await startFaultyServer({ dataDir });
    const answer = await answerOf(await fetch(`${server.url}/threads/${ran[0]?.threadId}/state`));
    expectComeAgain(answer, 503);
    expect(answer.body.message).toContain('damaged');
  });
});

describe('on full disks', SLOW, () => {
  const disks: NonNullable<ReturnType<typeof smallDisk>>[] = [];
  let log: number | undefined;
  const folder = (): string => disks[0]?.folder ?? '';
  const logFile = (): string => join(disks[1]?.folder ?? '', 'server.log');

  beforeAll(async () => {
    for (const megabytes of [12, 1]) disks.push(...[smallDisk(megabytes) ?? []].flat());
    if (disks.length < 2) return;
    log = openSync(logFile(), 'a');
    fillUp(join(disks[1]?.folder ?? '', 'filler'));
    server = await startFaultyServer({ dataDir: folder(), env: { HOLDPOINT_LOG_LEVEL: 'debug' }, log });
  });

  afterAll(async () => {
    if (log !== undefined) closeSync(log);
    await server.kill();
    for (const disk of disks) disk.release();
  });

  it('a log that cannot be written ends neither the server nor its workers', async ({ skip }) => {
    if (log === undefined) return skip('this user may not mount a small disk');
    await expectWhole(await launch(3, 10), 3);
    expect(statSync(logFile()).size).toBe(0);
  });

  it('a database that cannot grow says so: nothing acknowledged is lost, and all goes on when there is room', async ({
    skip,
  }) => {
    if (log === undefined) return skip('this user may not mount a small disk');
    const run = await launch(12, 100);
    await until(() => server.did(run.threadId).length >= 2);
    const filler = join(folder(), 'filler');
    fillUp(filler);
    const acknowledged: string[] = [];
    const create = () => server.post('/threads', { metadata: { pad: 'x'.repeat(50_000) } });
    let refused = await create();
    for (; refused.status === 200; refused = await create()) acknowledged.push(refused.body.thread_id ?? '');
    expectComeAgain(refused, 507);
    expect((await fetch(`${server.url}/ok`)).status).toBe(200);
    expect((await server.client.threads.get(run.threadId)).thread_id).toBe(run.threadId);
    rmSync(filler);
    await expectWhole(run, 12);
    for (const threadId of acknowledged) expect(await server.client.threads.get(threadId)).toBeTruthy();
    await newThread();
    expect(damage(folder())).toEqual([]);
  });
});
