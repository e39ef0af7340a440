import { register } from 'tsx/esm/api';

let compiling = false;

/** Imports a module of a graph's project; TypeScript is compiled on the way, by a loader started when first needed. */
export const importModule = async (url: string): Promise<Record<string, unknown>> => {
  if (!compiling && /\.[mc]?tsx?$/.test(url)) {
    register();
    compiling = true;
  }
  return (await import(url)) as Record<string, unknown>;
};
