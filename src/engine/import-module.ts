import { createRequire, Module, register as registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { register as compileRequired } from 'tsx/cjs/api';
import { register as compileImported } from 'tsx/esm/api';
import { GENERATION, LENT } from './lent-packages.ts';

let prepared = false;
let compiling = false;

/**
 * The URL to import a file by. Another `generation` imports it anew, with everything of its project that it imports
 * (fallback-resolver.ts passes the number on); packages stay as they are. What was imported before stays in memory.
 */
export const moduleUrl = (file: string, generation = 0): string => {
  const url = pathToFileURL(file);
  if (generation > 0) {
    url.searchParams.set(GENERATION, String(generation));
    forgetRequired();
  }
  return url.href;
};

/** CommonJS modules have no query to tell them apart: those of projects are forgotten. */
const forgetRequired = (): void => {
  const { cache } = createRequire(import.meta.url);
  for (const path of Object.keys(cache)) if (!path.includes('/node_modules/')) delete cache[path];
};

/**
 * Imports a module of a graph's project. TypeScript is compiled on the way, by a loader started when first
 * needed. What the project has not installed of LangChain, zod or Holdpoint itself is taken from here.
 */
export const importModule = async (url: string): Promise<Record<string, unknown>> => {
  if (!compiling && /\.[mc]?tsx?$/.test(url)) {
    compileImported();
    compileRequired();
    compiling = true;
  }
  if (!prepared) {
    registerHooks('./fallback-resolver.js', import.meta.url);
    lendToCommonJs();
    prepared = true;
  }
  return (await import(url)) as Record<string, unknown>;
};

interface CommonJs {
  _resolveFilename: (this: unknown, request: string, ...rest: unknown[]) => string;
}

/** The same for projects whose package says CommonJS: Node has no public hook for `require`. */
const lendToCommonJs = (): void => {
  const own = createRequire(import.meta.url);
  const commonJs = Module as unknown as CommonJs;
  const original = commonJs._resolveFilename;
  commonJs._resolveFilename = function (request, ...rest) {
    try {
      return original.call(this, request, ...rest);
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND' || !LENT.test(request)) throw error;
      return own.resolve(request);
    }
  };
};
