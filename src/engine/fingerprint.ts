import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { CodeFingerprint } from '../model/pause.ts';

/** Where a module names another by a relative path. A name in a comment counts too: it only adds a file. */
const RELATIVE_IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/** What a path may stand for: itself, the TypeScript it was compiled from, with an extension, or a folder. */
const candidates = (path: string): string[] => [
  path,
  path.replace(/\.([mc]?)js(x?)$/, '.$1ts$2'),
  ...['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json'].map((end) => `${path}${end}`),
  ...['ts', 'tsx', 'js', 'mjs', 'cjs'].map((end) => join(path, `index.${end}`)),
];

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/**
 * The files a module is made of: itself and all it reaches by relative imports, with their text. Packages, path
 * aliases and files that are read at run time are not among them.
 */
export const sourceClosure = (entry: string): Map<string, string> => {
  const found = new Map<string, string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue;
    const text = readFileSync(file, 'utf8');
    found.set(file, text);
    for (const [, , specifier = ''] of text.matchAll(RELATIVE_IMPORT)) {
      const target = candidates(resolve(dirname(file), specifier)).find(isFile);
      if (target !== undefined) pending.push(target);
    }
  }
  return found;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const require = createRequire(import.meta.url);
const langgraph = (require('@langchain/langgraph/package.json') as { version: string }).version;

/** The code of a graph as it is on disk now: to be taken when its module is imported. */
export const fingerprintOf = (file: string, stateVersion: string | null): CodeFingerprint => {
  const files = Object.fromEntries(
    [...sourceClosure(file)]
      .map(([path, text]) => [relative(dirname(file), path), sha256(text)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return { sha256: sha256(JSON.stringify([langgraph, files])), langgraph, stateVersion, files };
};

/** What differs between two states of a graph's code, in words; empty when nothing does. */
export const codeChanges = (before: CodeFingerprint, now: CodeFingerprint): string[] => {
  if (before.sha256 === now.sha256) return [];
  const paths = [...new Set([...Object.keys(before.files), ...Object.keys(now.files)])].toSorted();
  const files = paths.flatMap((path) => {
    if (!(path in now.files)) return [`${path} is gone`];
    if (!(path in before.files)) return [`${path} is new`];
    return before.files[path] === now.files[path] ? [] : [`${path} changed`];
  });
  const version =
    before.langgraph === now.langgraph ? [] : [`LangGraph is ${now.langgraph}, was ${before.langgraph}`];
  return [...files, ...version];
};
