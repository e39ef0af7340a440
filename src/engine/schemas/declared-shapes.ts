import {
  getConfigTypeSchema,
  getInputTypeSchema,
  getOutputTypeSchema,
  getStateTypeSchema,
} from '@langchain/langgraph/zod/schema';
import type { Graph } from '../graph-registry.ts';
import { SHAPE_PARTS, type DeclaredShape, type ShapePart, type Shapes } from './graph-shape.ts';

type Reader = (graph: unknown, registry?: never) => object | undefined;

const READERS: Record<ShapePart, Reader> = {
  input: getInputTypeSchema,
  output: getOutputTypeSchema,
  state: getStateTypeSchema,
  context: getConfigTypeSchema,
};

/** What the compiled graph says of itself: all of what was declared with zod or a `StateSchema`, nothing of `Annotation`. */
const declaredShapes = (graph: Graph): Shapes => {
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

/** What the compiled graph says of its shape. */
export const declaredShape = (graph: Graph): DeclaredShape => ({
  shapes: declaredShapes(graph),
  channels: namedChannels(graph),
});
