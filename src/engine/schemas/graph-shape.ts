import {
  getConfigTypeSchema,
  getInputTypeSchema,
  getOutputTypeSchema,
  getStateTypeSchema,
} from '@langchain/langgraph/zod/schema';
import type { Graph } from '../graph-registry.ts';

/** The parts of a graph that a JSON Schema tells; `context` is what configures it. */
export const SHAPE_PARTS = ['input', 'output', 'state', 'context'] as const;
export type ShapePart = (typeof SHAPE_PARTS)[number];

/** A JSON Schema for each part that is known. */
export type Shapes = { [P in ShapePart]?: object | undefined };

/** JSON Schemas of a graph, under the names of LangGraph's servers. */
export interface GraphShape {
  graph_id: string;
  input_schema: object;
  output_schema: object;
  state_schema: object;
  config_schema: object | null;
  context_schema: object | null;
}

type Reader = (graph: unknown, registry?: never) => object | undefined;

const READERS: Record<ShapePart, Reader> = {
  input: getInputTypeSchema,
  output: getOutputTypeSchema,
  state: getStateTypeSchema,
  context: getConfigTypeSchema,
};

/** What the compiled graph says of itself: all of what was declared with zod or a `StateSchema`, nothing of `Annotation`. */
export const declaredShapes = (graph: Graph): Shapes => {
  const { _metaRegistry: registry } = graph as unknown as { _metaRegistry?: never };
  const read = (part: ShapePart): object | undefined => {
    try {
      return READERS[part](graph, registry);
    } catch {
      return undefined; // a schema that has no JSON form, such as z.custom()
    }
  };
  return Object.fromEntries(SHAPE_PARTS.map((part) => [part, read(part)]));
};

/** Of a state that says nothing: the names of its channels. */
const namedChannels = (graph: Graph): object => {
  const names = Object.keys(graph.channels).filter((name) => !/^(__|branch:)/.test(name));
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) };
};

export const toGraphShape = (graphId: string, graph: Graph, shapes: Shapes): GraphShape => {
  const open = namedChannels(graph);
  return {
    graph_id: graphId,
    input_schema: shapes.input ?? open,
    output_schema: shapes.output ?? open,
    state_schema: shapes.state ?? open,
    config_schema: shapes.context ?? null, // one and the same here, as on LangGraph's own server
    context_schema: shapes.context ?? null,
  };
};
