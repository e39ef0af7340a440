import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { expectAgreement, integrity } from '../crash/inspect.ts';
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

describe('a disk that is full', SLOW, () => {
  it('is said so: nothing acknowledged is lost, and all goes on when there is room', async ({ skip }) => {
    const disk = smallDisk(12);
    if (!disk) return skip('this user may not mount a small disk');
    try {
      server = await startFaultyServer({ dataDir: disk.folder });
      const run = await launch(12, 100);
      await until(() => server.did(run.threadId).length >= 2);
      const filler = join(disk.folder, 'filler');
      fillUp(filler);
      const acknowledged: string[] = [];
      let refused = await server.post('/threads', { metadata: { pad: 'x'.repeat(50_000) } });
      while (refused.status === 200) {
        acknowledged.push(refused.body.thread_id ?? '');
        refused = await server.post('/threads', { metadata: { pad: 'x'.repeat(50_000) } });
      }
      expectComeAgain(refused, 507);
      expect((await fetch(`${server.url}/ok`)).status).toBe(200);
      expect((await server.client.threads.get(run.threadId)).thread_id).toBe(run.threadId);
      rmSync(filler);
      await expectWhole(run, 12);
      for (const threadId of acknowledged) expect(await server.client.threads.get(threadId)).toBeTruthy();
      await newThread();
      expect(integrity(disk.folder)).toEqual(['ok', 'ok']);
    } finally {
      await server.kill();
      disk.release();
    }
  });
});

describe('a database', SLOW, () => {
  afterEach(() => server.kill());

  it('with a damaged page says so for what lies there, and serves the rest', async () => {
    server = await startFaultyServer();
    const [damaged, sound] = [await launch(3, 0), await launch(3, 0)];
    await expectWhole(damaged, 3);
    await expectWhole(sound, 3);
    await server.kill('SIGTERM');
    const { dataDir } = server;
    const file = join(dataDir, 'checkpoints.db');
    const db = new Database(file);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.prepare('UPDATE checkpoints SET checkpoint = CAST(\'{"v": 4, "cut\' AS BLOB) WHERE thread_id = ?').run(
      damaged.threadId,
    );
    db.close();
    server = await startFaultyServer({ dataDir });
    const answer = await answerOf(await fetch(`${server.url}/threads/${damaged.threadId}/state`));
    expectComeAgain(answer, 503);
    expect(answer.body.message).toContain('damaged');
    expect((await server.client.threads.getState(sound.threadId)).values).toMatchObject({
      trail: trailOf(3),
    });
    await expectWhole(await launch(3, 0), 3);
  });

  it('whose file is damaged throughout says so, and never answers 500', async () => {
    server = await startFaultyServer();
    const run = await launch(3, 0);
    await expectWhole(run, 3);
    await server.kill('SIGTERM');
    const { dataDir } = server;
    const file = join(dataDir, 'checkpoints.db');
    const handle = openSync(file, 'r+');
    const { size } = statSync(file);
    for (let at = 8192; at < size; at += 4096) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
    closeSync(handle);
    server = await startFaultyServer({ dataDir });
    const answer = await answerOf(await fetch(`${server.url}/threads/${run.threadId}/state`));
    expectComeAgain(answer, 503);
    expect(answer.body.message).toContain('damaged');
  });

  it('that a newer version has written is refused at the start, and left as it is', async () => {
    server = await startFaultyServer();
    await server.kill('SIGTERM');
    const file = join(server.dataDir, 'checkpoints.db');
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    const before = readFileSync(file);
    await expect(startFaultyServer({ dataDir: server.dataDir })).rejects.toThrow('checkpoint schema 99');
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a log on a full disk', SLOW, () => {
  it('ends neither the server nor its workers', async ({ skip }) => {
    const disk = smallDisk(1);
    if (!disk) return skip('this user may not mount a small disk');
    const log = join(disk.folder, 'server.log');
    const handle = openSync(log, 'a');
    try {
      fillUp(join(disk.folder, 'filler'));
      server = await startFaultyServer({ env: { HOLDPOINT_LOG_LEVEL: 'debug' }, log: handle });
      await expectWhole(await launch(3, 10), 3);
      expect(statSync(log).size).toBe(0);
    } finally {
      closeSync(handle);
      await server.kill();
      disk.release();
    }
  });
});
