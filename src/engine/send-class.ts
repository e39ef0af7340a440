import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Send, StateGraph } from '@langchain/langgraph';
import type { Graph } from './graph-registry.ts';
import { IMPORTER } from './lent-packages.ts';

export type SendClass = typeof Send;

interface Copy {
  Send: SendClass;
  StateGraph: typeof StateGraph;
}

/**
 * The class `Send` of the copy of LangGraph that the graph of this file was made with, which takes no other: a project
 * may have installed a copy of its own, and ours is another one where it is required than where it is imported. Ours,
 * when the copy is not found from the file.
 */
export const sendClassOf = (graph: Graph, file: string): Promise<SendClass> => {
  const found = known.get(graph) ?? findSendClass(graph, file);
  known.set(graph, found);
  return found;
};

const known = new WeakMap<Graph, Promise<SendClass>>();

const findSendClass = async (graph: Graph, file: string): Promise<SendClass> => {
  const { builder } = graph as { builder?: unknown };
  for (const find of [ownCopy, requiredCopy, importedCopy]) {
    const copy = await find(file);
    if (copy && builder instanceof copy.StateGraph) return copy.Send;
  }
  return Send;
};

const ownCopy = (): Copy => ({ Send, StateGraph });

/** Only what was required before: the graph has required its copy, if it was required. */
const requiredCopy = (file: string): Copy | undefined => {
  const { resolve, cache } = createRequire(file);
  try {
    return cache[resolve('@langchain/langgraph')]?.exports as Copy | undefined;
  } catch {
    return undefined;
  }
};

const importedCopy = async (file: string): Promise<Copy | undefined> => {
  const url = new URL('./project-langgraph.js', import.meta.url);
  url.searchParams.set(IMPORTER, pathToFileURL(file).href);
  try {
    return (await import(url.href)) as Copy;
  } catch {
    return undefined;
  }
};
