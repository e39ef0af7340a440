import { z } from 'zod';
import { ASSISTANT_SORT_FIELDS } from '../../model/assistant.ts';
import { pageHeaders, presentAssistant, selectFields } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { AssistantParams, AssistantView, JsonObjectBody, MetadataFilter, Paging } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'assistants';

const Search = z
  .looseObject({
    graph_id: z.string().nullish(),
    name: z.string().nullish(),
    metadata: MetadataFilter,
    ...Paging,
    sort_by: z.enum(ASSISTANT_SORT_FIELDS).nullish(),
    sort_order: z.enum(['asc', 'desc']).nullish(),
    select: z.array(AssistantView.keyof()).nullish(),
  })
  .prefault({});

/** How far subgraphs are opened in a drawing: not, all the way, or so many levels. */
const Xray = z
  .string()
  .regex(/^(true|false|\d{1,3})$/, 'is neither true, false nor a number of levels')
  .default('false')
  .transform((text) => (text === 'true' ? true : text === 'false' ? false : Number(text)));

/** Create, update, versions, schemas and subgraphs come here too. */
export const assistantRoutes = ({ assistants }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/assistants/search',
    tag,
    summary: 'Find assistants',
    body: Search,
    response: z.array(AssistantView),
    handle: async ({ body }) => {
      const { items, total } = await assistants.search({
        graphId: body.graph_id ?? undefined,
        name: body.name ?? undefined,
        metadata: body.metadata ?? undefined,
        limit: body.limit,
        offset: body.offset,
        sortBy: body.sort_by ?? 'created_at',
        sortOrder: body.sort_order ?? 'desc',
      });
      return new Reply(
        200,
        items.map((item) => selectFields(presentAssistant(item), body.select)),
        pageHeaders(total, body),
      );
    },
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id',
    tag,
    summary: 'Get an assistant by its id or its graph id',
    params: AssistantParams,
    response: AssistantView,
    handle: async ({ params }) => presentAssistant(await assistants.find(params.assistant_id)),
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id/graph',
    tag,
    summary: "The assistant's graph as nodes and edges",
    params: AssistantParams,
    query: z.object({ xray: Xray }),
    response: z.object({ nodes: z.array(JsonObjectBody), edges: z.array(JsonObjectBody) }),
    handle: ({ params, query }) => assistants.draw(params.assistant_id, query.xray),
  }),
];
