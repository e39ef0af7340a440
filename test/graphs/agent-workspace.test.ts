import { execFileSync } from 'node:child_process';
import { mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listNames, readText, writeText } from '../../graphs/agent/workspace.ts';
import { useWorkspace } from './agent-fixture.ts';

/** A workspace with a secret beside it and links of every kind inside it. */
const useTrickyWorkspace = async (): Promise<{ workspace: string; outside: string }> => {
  const workspace = await useWorkspace();
  const outside = join(workspace, '..', 'outside');
  await mkdir(join(workspace, 'inside'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, 'secret.md'), 'secret');
  await symlink(join(outside, 'secret.md'), join(workspace, 'link.md'));
  await symlink('../outside', join(workspace, 'folder'));
  await symlink(join(outside, 'new.md'), join(workspace, 'dangling.md'));
  await symlink('../outside/new-folder', join(workspace, 'dangling-folder'));
  await symlink('folder/secret.md', join(workspace, 'indirect.md'));
  await symlink('loop', join(workspace, 'loop'));
  await symlink('inside', join(workspace, 'alias'));
  return { workspace, outside };
};

const ESCAPES = [
  ['a parent', '../outside/secret.md'],
  ['a parent further on', 'inside/../../outside/secret.md'],
  ['a parent with backslashes', '..\\outside\\secret.md'],
  ['an absolute path', '/etc/passwd'],
  ['a drive', 'C:\\secret.md'],
  ['a drive-relative path', 'C:secret.md'],
  ['a NUL character', 'notes.md\0.png'],
  ['a link to a file outside', 'link.md'],
  ['a link to a folder outside', 'folder/secret.md'],
  ['a new file beneath such a link', 'folder/sub/new.md'],
  ['a dangling link', 'dangling.md'],
  ['a dangling link to a folder', 'dangling-folder/new.md'],
  ['a link through a link', 'indirect.md'],
  ['a link to itself', 'loop'],
] as const;

describe('the workspace', () => {
  it.each(ESCAPES)('is not left by %s', async (_what, path) => {
    const { outside } = await useTrickyWorkspace();
    await expect(readText(path)).rejects.toThrow(/workspace|NUL|leads nowhere/);
    await expect(listNames(path)).rejects.toThrow(/workspace|NUL|leads nowhere/);
    await expect(writeText(path, 'overwritten')).rejects.toThrow(/workspace|NUL|leads nowhere/);
    expect(await readFile(join(outside, 'secret.md'), 'utf8')).toBe('secret');
    await expect(realpath(join(outside, 'new.md'))).rejects.toThrow('ENOENT');
    await expect(realpath(join(outside, 'new-folder'))).rejects.toThrow('ENOENT');
    await expect(realpath(join(outside, 'sub'))).rejects.toThrow('ENOENT');
  });

  it('allows links that stay inside, and odd but harmless names', async () => {
    const { workspace } = await useTrickyWorkspace();
    await writeText('alias/a.md', 'through a link');
    expect(await readFile(join(workspace, 'inside/a.md'), 'utf8')).toBe('through a link');
    for (const path of ['..notes.md', './deep/er/…/ü.md', 'a//b.md', 'constructor']) {
      await writeText(path, path);
      expect(await readText(path)).toBe(path);
    }
  });

  it('is made when it is missing, and listed in order', async () => {
    await useWorkspace();
    expect(await listNames('.')).toEqual([]);
    await writeText('b.md', 'b');
    await writeText('a/c.md', 'c');
    expect(await listNames('')).toEqual(['a/', 'b.md']);
    expect(await listNames('a')).toEqual(['c.md']);
  });

  it('replaces the whole of a file, whatever its length was', async () => {
    await useWorkspace();
    await writeText('a.md', 'a long text');
    await writeText('a.md', 'short');
    expect(await readText('a.md')).toBe('short');
    await writeText('a.md', '');
    expect(await readText('a.md')).toBe('');
  });

  it("says in its own words what cannot be used, without naming the machine's folders", async () => {
    const workspace = await useWorkspace();
    await writeText('a.md', 'a');
    await writeText('folder/b.md', 'b');
    await writeFile(join(workspace, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
    await writeFile(join(workspace, 'big.txt'), 'x'.repeat(300_000));
    execFileSync('mkfifo', [join(workspace, 'pipe')]);
    const attempts: [() => Promise<unknown>, string][] = [
      [() => readText('missing.md'), 'There is no missing.md in the workspace.'],
      [() => readText('folder'), 'folder is not a regular file.'],
      [() => readText('a.md/b.md'), 'a.md/b.md is not a folder, or lies beneath a file.'],
      [() => writeText('a.md/b.md', 'x'), 'a.md/b.md is not a folder, or lies beneath a file.'],
      [() => readText('binary'), 'binary is not a UTF-8 text file.'],
      [() => readText('big.txt'), 'big.txt has 300000 bytes; 262144 can be read.'],
      [() => readText('pipe'), 'pipe is not a regular file.'],
      [() => listNames('a.md'), 'a.md is not a folder, or lies beneath a file.'],
      [() => writeText('folder', 'x'), 'folder is a folder.'],
      [() => writeText('', 'x'), 'The path names no file.'],
      [() => writeText('pipe', 'x'), 'pipe cannot be used (ENXIO).'],
      [() => writeText('x'.repeat(300), 'x'), 'cannot be used (ENAMETOOLONG).'],
    ];
    for (const [attempt, message] of attempts) await expect(attempt()).rejects.toThrow(message);
  });
});
