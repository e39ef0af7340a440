import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/cli.ts';
import { temporaryFolder } from '../support/server.ts';
import { startCrashServer, until, type CrashServer } from './crash-server.ts';
import { damage, expectAgreement, orphans } from './inspect.ts';
import { effectsOf, ended, heldThread, newThread } from './scenarios.ts';

const STEPS = 6;
/** The step that is under way when the backup is taken. */
const WAIT_AT = 4;

describe('a backup', () => {
  let server: CrashServer;
  let restored: CrashServer | undefined;

  beforeAll(async () => {
    server = await startCrashServer();
  });

  afterAll(async () => {
    await server.kill();
    await restored?.kill();
  });

  it('of a server at work, restored, has every thread as it was, and goes on from there', async () => {
    const [held, busy] = [await heldThread(server), await newThread(server)];
    const { run_id: runId } = await server.client.runs.create(busy, 'steps', {
      input: { steps: STEPS, waitAt: WAIT_AT },
    });
    await until(() => server.effects(busy).length === WAIT_AT);
    const folder = join(temporaryFolder(), 'backup');
    const made = await run(['backup', folder, '--data', server.dataDir, '--json']);
    expect([made.code, made.err]).toEqual([0, '']);
    expect(readdirSync(folder).toSorted()).toEqual([
      'backup.json',
      'checkpoints.db',
      'holdpoint.db',
      'link.key',
    ]);
    expect(server.effects(busy)).toHaveLength(WAIT_AT);
    server.letGo();
    expect((await ended(server, busy, runId)).status).toBe('success');
    await server.client.runs.wait(held, 'gate', { command: { resume: 'yes' } });

    const dataDir = join(temporaryFolder(), 'data');
    expect((await run(['restore', folder, '--data', dataDir])).code).toBe(0);
    restored = await startCrashServer({ dataDir });
    restored.letGo();
    expect((await restored.client.threads.get(held)).status).toBe('interrupted');
    expect((await ended(restored, busy, runId)).status).toBe('success');
    const { values } = await restored.client.threads.get(busy);
    expect((values as { trail: string[] }).trail).toHaveLength(STEPS);
    expect(effectsOf(restored, busy)).toEqual(['step-4', 'step-5', 'step-6']); // those before are not repeated
    await restored.client.runs.wait(held, 'gate', { command: { resume: 'yes' } });
    for (const threadId of [held, busy]) await expectAgreement(restored.client, threadId);
    await restored.kill('SIGTERM');
    expect([damage(dataDir), await orphans(dataDir)]).toEqual([[], {}]);
  });

  it('has what signs links, readable to its user alone, so that those already sent go on working', async () => {
    const folder = join(temporaryFolder(), 'backup');
    await run(['backup', folder, '--data', server.dataDir]);
    expect(statSync(join(folder, 'link.key')).mode & 0o777).toBe(0o600);
    chmodSync(join(folder, 'link.key'), 0o644); // as a copy of the backup may come back
    const dataDir = join(temporaryFolder(), 'data');
    expect((await run(['restore', folder, '--data', dataDir])).code).toBe(0);
    const [before, after] = [server.dataDir, dataDir].map((data) => join(data, 'link.key'));
    expect(readFileSync(after ?? '')).toEqual(readFileSync(before ?? ''));
    expect(statSync(after ?? '').mode & 0o777).toBe(0o600);
  });

  it('is taken into an empty folder only, and of a folder that has databases: not beside a Postgres that has the data', async () => {
    const taken = temporaryFolder();
    writeFileSync(join(taken, 'notes.txt'), 'mine');
    expect((await run(['backup', taken, '--data', server.dataDir])).err).toContain('is not empty');
    const nothing = await run(['backup', join(taken, 'new'), '--data', taken]);
    expect([nothing.code, nothing.err]).toEqual([1, expect.stringContaining('nothing to back up')]);
    const env = { HOLDPOINT_DATABASE_URL: 'postgres://db.example.com/holdpoint' };
    const elsewhere = await run(['backup', join(taken, 'new'), '--data', server.dataDir], { env });
    expect([elsewhere.code, elsewhere.err]).toEqual([2, expect.stringContaining('pg_dump')]);
    expect(existsSync(join(taken, 'new'))).toBe(false);
  });

  it('that is damaged or no backup, or a folder that is in use, is refused and nothing is changed', async () => {
    const folder = join(temporaryFolder(), 'backup');
    await run(['backup', folder, '--data', server.dataDir]);
    const inUse = await run(['restore', folder, '--data', server.dataDir]);
    expect([inUse.code, inUse.err]).toEqual([1, expect.stringContaining('Another Holdpoint server uses')]);
    const used = temporaryFolder();
    writeFileSync(join(used, 'holdpoint.db'), '');
    expect((await run(['restore', folder, '--data', used])).err).toContain('has a holdpoint.db already');
    writeFileSync(join(folder, 'checkpoints.db'), 'damaged');
    const target = join(used, 'new');
    expect((await run(['restore', folder, '--data', target])).err).toContain('is missing or damaged');
    expect(existsSync(join(target, 'holdpoint.db'))).toBe(false);
    mkdirSync(join(used, 'empty'));
    expect((await run(['restore', join(used, 'empty'), '--data', target])).err).toContain('is no backup');
  });
});
