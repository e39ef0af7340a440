import type { ResolveFnOutput, ResolveHook } from 'node:module';
import { GENERATION, IMPORTER, LENT } from './lent-packages.ts';

/** A module hook: what cannot be found from where it is imported is looked for from here. */
export const resolve: ResolveHook = async (specifier, given, nextResolve) => {
  const context = LENT.test(specifier) ? { ...given, parentURL: importerOf(given.parentURL) } : given;
  try {
    return sameGeneration(context.parentURL, await nextResolve(specifier, context));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !LENT.test(specifier)) throw error;
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
};

/** The file from which to look: where a module imports for another, that one. */
const importerOf = (parent: string | undefined): string | undefined =>
  parent?.includes(IMPORTER) ? (new URL(parent).searchParams.get(IMPORTER) ?? parent) : parent;

const OWN = new URL('..', import.meta.url).href;

/** What a module that was imported anew imports of its own project is imported anew too. */
const sameGeneration = (parent: string | undefined, found: ResolveFnOutput): ResolveFnOutput => {
  const generation = parent?.includes(GENERATION) ? new URL(parent).searchParams.get(GENERATION) : null;
  const { url } = found;
  const ofProject = url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(OWN);
  if (generation === null || !ofProject) return found;
  const anew = new URL(url);
  anew.searchParams.set(GENERATION, generation);
  return { ...found, url: anew.href };
};
