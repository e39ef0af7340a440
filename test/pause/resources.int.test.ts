import { existsSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.ts';
import { useLatch } from '../wire/latch.ts';
import { startPauseServer, type PauseServer } from './pause-server.ts';

const folder = temporaryFolder();
const latch = useLatch();
let server: PauseServer;
let http: Server;

beforeAll(async () => {
  http = createServer((_, response) => response.end('pong'));
  http.keepAliveTimeout = 60_000;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  server = await startPauseServer({
    env: {
      RESOURCES_FOLDER: folder,
      RESOURCES_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    },
  });
});
afterAll(async () => {
  await server.kill('SIGTERM');
  http.close();
  http.closeAllConnections();
});

const lock = join(folder, 'lock');

const connections = (): Promise<number> =>
  new Promise((resolve) => http.getConnections((_, count) => resolve(count)));

/** What of the files is open now, as the system sees it. */
const files = async () => ({
  database: filesOf(await server.worker()).some((file) => file.startsWith(join(folder, 'notes.db'))),
  lock: existsSync(lock),
});

const expectNothingOpen = async (): Promise<void> => {
  expect(await files()).toEqual({ database: false, lock: false });
  await expect.poll(connections).toBe(0); // this process hears of the end of a connection when its turn comes
};

const filesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // closed meanwhile
    }
  });

describe('what a graph holds open', () => {
  it('is let go at a pause in the order that is documented, and checked and opened at the resume', async () => {
    const run = await server.launch('resources', { url: latch.url('hold') });
    await latch.reached('hold');
    expect([await connections(), await files()]).toEqual([1, { database: true, lock: true }]);
    await server.pause(run);
    latch.open('hold');
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    await expectNothingOpen();
    const released = (await server.log(run)).find(({ kind }) => kind === 'drained')?.detail['released'] as {
      resource: string;
      kind: string;
      at: string;
      error: null;
    }[];
    expect(released.map(({ resource, kind, error }) => [resource, kind, error])).toEqual([
      ['api', 'session', null],
      ['notes', 'database', null],
      ['lock', 'file', null],
    ]);
    expect(released.map(({ at }) => at)).toEqual(released.map(({ at }) => at).toSorted());

    writeFileSync(lock, 'mine');
    const refused = await server.resume(run);
    expect([refused.status, refused.body.metadata?.failed]).toEqual([412, ['resource_down']]);
    expect(JSON.stringify(refused.body.metadata?.checks)).toContain('somebody else has the lock');
    rmSync(lock);
    expect((await server.resume(run)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success', attempt: 2 });
    await expectNothingOpen();
    const notes = new Database(join(folder, 'notes.db'), { readonly: true });
    expect(notes.prepare('SELECT text FROM notes').pluck().all()).toEqual(['first', 'second']);
    notes.close();
  });

  it('fails the run when it cannot be opened, and leaves nothing open', async () => {
    writeFileSync(lock, 'mine');
    const run = await server.launch('resources', {});
    expect(await server.atRest(run)).toMatchObject({
      state: 'error',
      failure: { message: expect.stringContaining('resource "lock" cannot be opened') as string },
    });
    rmSync(lock);
    await expectNothingOpen();
  });

  it('ends with its worker when the pause says so, and the log tells that', async () => {
    const run = await server.launch('resources', { url: latch.url('shutdown') });
    await latch.reached('shutdown');
    const before = await server.worker();
    await server.pause(run, { release: 'shutdown' });
    latch.open('shutdown');
    expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
    while ((await server.worker()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await server.log(run)).at(-1)).toMatchObject({ kind: 'releaseWorker', detail: { pid: before } });
    expect((await server.resume(run)).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
  });
});
