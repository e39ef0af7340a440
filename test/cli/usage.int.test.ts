import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { lockDataFolder } from '../../src/storage/embedded/data-lock.ts';
import { userProject } from '../support/project.ts';
import { temporaryFolder } from '../support/server.ts';
import { run } from './cli.ts';

const NOBODY = { HOLDPOINT_URL: 'http://127.0.0.1:65533' };

describe('the command line without a server', () => {
  it('says which commands there are, and teaches each with examples', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(out).toMatch(new RegExp(`^  ${name} .*${summary.slice(0, 10)}`, 'm'));

    const launch = await run(['launch', '--help']);
    expect(launch.out).toMatch(/Usage: holdpoint launch <agent> \[task\] \[options\]/);
    expect(launch.out).toMatch(/Examples\n {2}# .*\n {2}holdpoint launch agent "/);
    expect((await run(['help', 'launch'])).out).toBe(launch.out);
  });

  it('says that nothing answers, and what to do', async () => {
    const { code, err } = await run(['inbox'], { env: NOBODY });
    expect(code).toBe(1);
    expect(err).toBe(
      'holdpoint: No Holdpoint server answers at http://127.0.0.1:65533 (connection refused). Start one with "holdpoint serve", or name another with --url or HOLDPOINT_URL.\n',
    );
    const json = await run(['inbox', '--json'], { env: NOBODY });
    expect(json).toMatchObject({ code: 1, err: '' });
    expect(json.json()).toMatchObject({ error: { code: 'unreachable' } });
  });

  it('says as JSON, where results are, what is wrong with the usage', async () => {
    const { code, err, json } = await run(['launch', '--json'], { env: NOBODY });
    expect([code, err]).toEqual([2, '']);
    expect(json()).toEqual({
      error: { code: 'wrong_usage', message: expect.stringContaining('needs agent') },
    });
  });

  it.each([
    [[], 'Say what to do'],
    [['lunch'], 'There is no command "lunch"'],
    [['launch'], 'needs agent'],
    [['launch', 'agent'], 'a task in words, or --input'],
    [['launch', 'agent', 'two', 'words'], 'does not understand "words"'],
    [['launch', 'agent', '--input', '[]'], 'must be a JSON object'],
    [['inbox', '--colour'], "Unknown option '--colour'"],
    [['edit', 'abc'], '--set name=value'],
    [['respond', '', 'yes'], 'got an empty id'],
    [['windows', 'remove', ''], 'got an empty window'],
    [['release', ''], 'got an empty stop'],
    [['workers', 'drain', ''], 'got an empty worker'],
    [['worker'], 'set HOLDPOINT_DATABASE_URL'],
    [['log', 'nope'], 'thread must be a whole id'],
    [['stop', '--thread', '3f2a81c0', '--reason', 'x'], '--thread must be a whole id'],
    [['pause', '--all', '--reason', ''], 'got an empty --reason'],
    [['serve', '--port', 'abc'], 'HOLDPOINT_PORT=abc'],
    [['keys', 'create', 'anna', '--scope', 'bad'], 'There is no scope "bad"'],
  ])('refuses %j as wrong usage', async (args, message) => {
    const { code, out, err } = await run(args, { env: { ...NOBODY, HOLDPOINT_DATA: temporaryFolder() } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('points from wrong usage to the help of the command', async () => {
    const { err } = await run(['inbox', '--colour'], { env: NOBODY });
    expect(err).toBe(
      `holdpoint: Unknown option '--colour'. Text that begins with a dash goes to the end, after "--".\nTry "holdpoint inbox --help".\n`,
    );
    expect((await run(['lunch'])).err).toContain('Try "holdpoint --help".\n');
  });

  it('lists of the settings those that a command heeds', async () => {
    const flagsOf = async (command: string) =>
      [...(await run([command, '--help'])).out.matchAll(/^ {2}--(\S+)/gm)].map(([, flag]) => flag);
    expect(await flagsOf('serve')).toEqual(['host', 'port', 'data', 'config', 'settings']);
    expect(await flagsOf('worker')).toEqual(['config', 'workers', 'concurrency', 'settings']);
    expect(await flagsOf('migrate')).toEqual(['data', 'settings', 'json']);
  });

  it('ends where it cannot listen, and leaves nothing behind: neither workers nor a lock on the data folder', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const data = temporaryFolder();
    const { code, out, err } = await run(['serve', '--port', String(port), '--data', data]);
    other.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`Port ${port} is taken.`);
    lockDataFolder(data).release();
  });

  it('keeps secrets of the env of langgraph.json out of its log', async () => {
    const secret = randomBytes(8).toString('hex');
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const config = userProject({ graphs: {}, env: { ITS_TOKEN: secret }, [secret]: 1 }, {});
    const args = ['--port', String(port), '--data', temporaryFolder(), '--config', config];
    const { err } = await run(['serve', ...args]);
    other.close();
    expect(err).toContain('nobody knows this key');
    expect(err).not.toContain(secret);
  });

  it('says of every setting where its value comes from: flag, environment, file or default', async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'holdpoint.json'),
      JSON.stringify({ port: 3000, data: 'mine', lease_ms: 1234, workers: 2 }),
    );
    const options = { cwd, env: { HOLDPOINT_LEASE_MS: '20000', HOLDPOINT_WORKERS: '3' } };
    const { out } = await run(['--help', 'config', '--workers', '4'], options);

    const now = (variable: string) =>
      new RegExp(`^  ${variable} [^]*?Default: .*\\n(?:      Now:     (.*)\\n)?`, 'm').exec(out)?.[1];
    expect(now('HOLDPOINT_PORT')).toBe(`3000, from ${join(cwd, 'holdpoint.json')}`);
    expect(now('HOLDPOINT_DATA')).toBe(`${join(cwd, 'mine')}, from ${join(cwd, 'holdpoint.json')}`);
    expect(now('HOLDPOINT_LEASE_MS')).toBe('20000, from the environment');
    expect(now('HOLDPOINT_WORKERS')).toBe('4, from a flag');
    expect(now('HOLDPOINT_RENEW_MS')).toBeUndefined();
    expect(out).not.toContain('undefined');
  });

  it.each([
    [{ prot: 3000 }, 'there is no setting "prot"'],
    [{ port: 'many' }, 'HOLDPOINT_PORT=many'],
    [{ lease_ms: 3000 }, 'HOLDPOINT_LEASE_MS=3000: expected twice HOLDPOINT_RENEW_MS=5000'],
    [{ port: null }, '"port" must be'],
    [{ webhook_secret: 'x' }, 'set HOLDPOINT_WEBHOOK_SECRET instead'],
  ])('does not start with %j in holdpoint.json', async (file, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'holdpoint.json'), JSON.stringify(file));
    const { code, err } = await run(['serve'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  it.each([
    ['serve', 'file/beneath'],
    ['migrate', 'file'],
  ])('says which data folder cannot be made, and what to do: %s --data %s', async (command, path) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'mine');
    const data = join(folder, path);
    const { code, err } = await run([command, '--data', data]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `holdpoint: The data folder ${data} cannot be made: there is a file in its place. Name another one with --data or HOLDPOINT_DATA.\n`,
    });
  });

  it.each(['holdpoint.db', 'checkpoints.db'])('names a damaged %s, and how to go on', async (name) => {
    const data = temporaryFolder();
    const file = join(data, name);
    const damage = randomBytes(8192);
    writeFileSync(file, damage);
    const { code, err } = await run(['serve', '--port', '0', '--data', data]);
    expect(code).toBe(1);
    expect(err).toBe(
      `holdpoint: ${file} is damaged (file is not a database); it was left as it is. Move the folder ${data} away and put a backup in its place: holdpoint restore <backup>\n`,
    );
    expect(readFileSync(file).equals(damage)).toBe(true);
  });

  it('names a database that cannot be opened', async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'holdpoint.db'));
    const { code, err } = await run(['migrate', '--data', data]);
    expect(code).toBe(1);
    expect(err).toContain(
      `holdpoint: ${join(data, 'holdpoint.db')} cannot be opened (unable to open database file)`,
    );
  });

  it('migrates no folder that is not there', async () => {
    const data = join(temporaryFolder(), 'typo');
    const { code, err } = await run(['migrate', '--data', data]);
    expect(code).toBe(1);
    expect(err).toContain(`There is no folder ${data}: nothing to migrate.`);
    expect(existsSync(data)).toBe(false);
  });

  it('migrates a data folder, says what it did, and does nothing the second time', async () => {
    const data = join(temporaryFolder(), 'data');
    mkdirSync(data);
    const first = (await run(['migrate', '--data', data, '--json'])).json() as {
      applied: string[];
      present: string[];
    };
    expect(first.applied).toContain('0001-foundation');
    expect(first.applied).toEqual(first.present);

    const second = await run(['migrate', '--data', data]);
    expect(second).toMatchObject({ code: 0, out: `${data} is up to date: ${first.present.join(', ')}.\n` });
  });

  it('is documented as it is', () => {
    const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const undocumented = COMMANDS.filter(({ name }) => !page.includes(`\n## holdpoint ${name}\n`));
    expect(undocumented).toEqual([]);
  });
});
