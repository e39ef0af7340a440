import { z } from 'zod';
import { route, type Route } from '../route.ts';
import { AssistantParams, JsonObjectBody, QueryFlag } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'assistants';

/** How far subgraphs are opened in a drawing: not, all the way, or so many levels. */
const Xray = z
  .string()
  .regex(/^(true|false|\d{1,3})$/, 'is neither true, false nor a number of levels')
  .default('false')
  .transform((text) => (text === 'true' ? true : text === 'false' ? false : Number(text)));

const Subgraphs = z.record(z.string(), JsonObjectBody);

export const assistantGraphRoutes = ({ assistants }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/assistants/:assistant_id/graph',
    scope: 'read',
    tag,
    summary: "The assistant's graph as nodes and edges",
    params: AssistantParams,
    query: z.object({ xray: Xray }),
    response: z.object({ nodes: z.array(JsonObjectBody), edges: z.array(JsonObjectBody) }),
    handle: ({ params, query }) => assistants.draw(params.assistant_id, query.xray),
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id/schemas',
    scope: 'read',
    tag,
    summary: "JSON Schemas of the graph's input, output, state and context",
    params: AssistantParams,
    response: z.object({
      graph_id: z.string(),
      input_schema: JsonObjectBody,
      output_schema: JsonObjectBody,
      state_schema: JsonObjectBody,
      config_schema: JsonObjectBody.nullable(),
      context_schema: JsonObjectBody.nullable(),
    }),
    handle: ({ params }) => assistants.schemas(params.assistant_id),
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id/subgraphs',
    scope: 'read',
    tag,
    summary: 'The graphs within the graph, with their schemas; of all levels with recurse',
    params: AssistantParams,
    query: z.object({ recurse: QueryFlag }),
    response: Subgraphs,
    handle: ({ params, query }) => assistants.subgraphs(params.assistant_id, query),
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id/subgraphs/:namespace',
    scope: 'read',
    tag,
    summary: 'The graph of this namespace within the graph, with its schemas',
    params: AssistantParams.extend({ namespace: z.string().min(1) }),
    query: z.object({ recurse: QueryFlag }),
    response: Subgraphs,
    handle: ({ params, query }) =>
      assistants.subgraphs(params.assistant_id, { ...query, namespace: params.namespace }),
  }),
];
