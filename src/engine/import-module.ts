import { createRequire, Module, register as registerHooks } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { GENERATION, LENT } from './lent-packages.ts';
import { preloadPackages } from './preload-packages.ts';

let prepared = false;
let compiling: Promise<void> | undefined;

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
  if (TYPESCRIPT.test(url)) await (compiling ??= startCompiling([fileURLToPath(url)]));
  if (!prepared) {
    registerHooks('./fallback-resolver.js', import.meta.url);
    lendToCommonJs();
    prepared = true;
  }
  return (await import(url)) as Record<string, unknown>;
};

const TYPESCRIPT = /\.[mc]?tsx?$/;

/** To be called before the first of these files is imported: what they import in common is loaded faster then. */
export const prepareImports = async (files: string[]): Promise<void> => {
  if (files.some((file) => TYPESCRIPT.test(file))) await (compiling ??= startCompiling(files));
};

/** With the `tsconfig.json` nearest to the first of the files, wherever the process was started. */
const startCompiling = async (files: string[]): Promise<void> => {
  await preloadPackages(files);
  const [imported, required] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]);
  const [first] = files.filter((file) => TYPESCRIPT.test(file));
  const { env } = process; // tsx reads it there: of what is required it asks nobody else
  const before = env[TSCONFIG];
  env[TSCONFIG] ??= (first && nearestTsconfig(dirname(first))) ?? WITHOUT_OPTIONS;
  imported.register({ tsconfig: env[TSCONFIG] });
  required.register();
  if (before === undefined) delete env[TSCONFIG];
};

/** The variable by which tsx is told of a file. What it says already wins. */
const TSCONFIG = 'TSX_TSCONFIG_PATH';

/** In place of a `tsconfig.json` where there is none: else tsx would take the one of the working directory. */
const WITHOUT_OPTIONS = createRequire(import.meta.url).resolve('holdpoint/package.json');

const nearestTsconfig = (folder: string): string | undefined => {
  const file = join(folder, 'tsconfig.json');
  if (existsSync(file)) return file;
  return folder === dirname(folder) ? undefined : nearestTsconfig(dirname(folder));
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
