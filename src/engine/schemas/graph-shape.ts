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

/** What a compiled graph says of itself. */
export interface DeclaredShape {
  shapes: Shapes;
  /** Of a state that says nothing: an object with the names of its channels. */
  channels: object;
}

export const toGraphShape = (graphId: string, shapes: Shapes, open: object): GraphShape => ({
  graph_id: graphId,
  input_schema: shapes.input ?? open,
  output_schema: shapes.output ?? open,
  state_schema: shapes.state ?? open,
  config_schema: shapes.context ?? null, // one and the same here, as on LangGraph's own server
  context_schema: shapes.context ?? null,
});
