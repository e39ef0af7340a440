import { getInputTypeSchema, getOutputTypeSchema, getStateTypeSchema } from '@langchain/langgraph/zod/schema';
import type { Graph } from './graph-registry.ts';

/** JSON Schemas of a graph, as far as they can be told from the compiled graph alone. */
export interface GraphShape {
  graph_id: string;
  input_schema: unknown;
  output_schema: unknown;
  state_schema: unknown;
  config_schema: unknown;
  context_schema: unknown;
}

/** Of a state in zod all is known; of any other the names of its channels. */
export const shapeOf = (graphId: string, graph: Graph): GraphShape => {
  const builder = (graph as unknown as { builder?: never }).builder ?? graph;
  const names = Object.keys(graph.channels).filter((name) => !/^(__|branch:)/.test(name));
  const open = { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) };
  const known = (read: (graph: unknown) => unknown): unknown => {
    try {
      return read(builder) ?? open;
    } catch {
      return open;
    }
  };
  return {
    graph_id: graphId,
    input_schema: known(getInputTypeSchema),
    output_schema: known(getOutputTypeSchema),
    state_schema: known(getStateTypeSchema),
    config_schema: null,
    context_schema: null,
  };
};
