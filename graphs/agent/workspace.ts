import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep, win32 } from 'node:path';

const MAX_READ_BYTES = 256 * 1024;
const MAX_LISTED = 1000;

/** A path or file the workspace does not offer. The message is meant for the model. */
export class WorkspaceError extends Error {}

/** The folder of `HOLDPOINT_WORKSPACE`, else `workspace` in the current directory; made when it is missing. */
export const openWorkspace = async (): Promise<string> => {
  const root = resolve(process.env['HOLDPOINT_WORKSPACE'] || 'workspace');
  await mkdir(root, { recursive: true });
  return realpath(root);
};

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** The names on the way to `path`. Refuses what could be read as leaving the folder, before any file is touched. */
const segments = (path: string): string[] => {
  if (path.includes('\0')) throw new WorkspaceError('The path contains a NUL character.');
  if (isAbsolute(path) || win32.isAbsolute(path) || /^[a-z]:/i.test(path))
    throw new WorkspaceError(`${path} is absolute. Paths are relative to the workspace.`);
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new WorkspaceError(`${path} leaves the workspace ("..").`);
  return parts;
};

const linkTarget = async (link: string, root: string, path: string): Promise<string> => {
  const target = await realpath(link).catch(() => undefined);
  if (target === undefined)
    throw new WorkspaceError(`${path} goes through a symbolic link that leads nowhere.`);
  if (target !== root && !target.startsWith(root + sep))
    throw new WorkspaceError(`${path} goes through a symbolic link that leaves the workspace.`);
  return target;
};

/**
 * Where `path` lies on disk: always `root` or beneath it, free of symbolic links as far as it exists.
 * `root` must itself be a real path.
 */
export const resolveInWorkspace = async (root: string, path: string): Promise<string> => {
  let current = root;
  for (const part of segments(path)) {
    const next = join(current, part);
    const found = await lstat(next).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    current = found?.isSymbolicLink() === true ? await linkTarget(next, root, path) : next;
  }
  return current;
};

const explain = (error: unknown, path: string): never => {
  if (error instanceof WorkspaceError) throw error;
  const code = codeOf(error);
  if (code === 'ENOENT') throw new WorkspaceError(`There is no ${path} in the workspace.`);
  if (code === 'ENOTDIR') throw new WorkspaceError(`${path} is not a folder, or lies beneath a file.`);
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    throw new WorkspaceError(`${path} is not a UTF-8 text file.`);
  if (code === 'EISDIR') throw new WorkspaceError(`${path} is a folder.`);
  throw new WorkspaceError(`${path} cannot be used (${typeof code === 'string' ? code : 'unknown error'}).`);
};

/** Opens a regular file that is no symbolic link, without waiting on pipes or devices. */
const openFile = async (file: string, flags: number, path: string) => {
  const handle = await open(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new WorkspaceError(`${path} is not a regular file.`);
};

/** The text of a file; refuses what is no UTF-8 text or larger than 256 KiB. */
export const readText = async (path: string): Promise<string> => {
  try {
    const handle = await openFile(
      await resolveInWorkspace(await openWorkspace(), path),
      constants.O_RDONLY,
      path,
    );
    try {
      const { size } = await handle.stat();
      if (size > MAX_READ_BYTES)
        throw new WorkspaceError(`${path} has ${size} bytes; ${MAX_READ_BYTES} can be read.`);
      return new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    return explain(error, path);
  }
};

/** Writes `content` as the whole of a file, with the folders on the way to it. */
export const writeText = async (path: string, content: string): Promise<void> => {
  try {
    const root = await openWorkspace();
    const file = await resolveInWorkspace(root, path);
    if (file === root) throw new WorkspaceError('The path names no file.');
    await mkdir(dirname(file), { recursive: true });
    const handle = await openFile(
      await resolveInWorkspace(root, path),
      constants.O_WRONLY | constants.O_CREAT,
      path,
    );
    try {
      await handle.truncate();
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    explain(error, path);
  }
};

/** The names in a folder, folders with a slash at the end, in order; at most 1000. */
export const listNames = async (path: string): Promise<string[]> => {
  try {
    const folder = await resolveInWorkspace(await openWorkspace(), path);
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    const rest = names.length - MAX_LISTED;
    return rest > 0 ? [...names.slice(0, MAX_LISTED), `… and ${rest} more`] : names;
  } catch (error) {
    return explain(error, path);
  }
};
