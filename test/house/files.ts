import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MADE = new Set(['node_modules', 'dist', '.git', '.holdpoint', 'workspace', 'coverage', 'built']);

/** Paths of the files in a folder of the repository, without what is made or installed. */
export const filesIn = (folder: string, { deep = true }: { deep?: boolean } = {}): string[] => {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (MADE.has(entry.name)) return [];
    const path = relative(ROOT, join(ROOT, folder, entry.name));
    if (entry.isDirectory()) return deep ? filesIn(path) : [];
    return entry.isFile() ? [path] : [];
  });
};

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
