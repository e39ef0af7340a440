import { z } from 'zod';
import { ASSISTANT_SORT_FIELDS } from '../../model/assistant.ts';
import { readFilters } from '../../model/auth-filter.ts';
import type { JsonObject } from '../../model/json.ts';
import { MOST_LISTED } from '../bounds.ts';
import { pageHeaders, presentAssistant, selectFields } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import {
  AssistantParams,
  AssistantView,
  Config,
  given,
  JsonObjectBody,
  MetadataFilter,
  Paging,
  QueryFlag,
  Uuid,
} from '../schemas.ts';
import { assistantGraphRoutes } from './assistant-graph.ts';
import { assistantVersionRoutes } from './assistant-versions.ts';
import type { PlatformDeps } from './deps.ts';
import { incomingState } from './incoming-state.ts';

const tag = 'assistants';

const Filter = {
  graph_id: z.string().nullish(),
  name: z.string().nullish(),
  metadata: MetadataFilter,
};

const Search = z
  .looseObject({
    ...Filter,
    ...Paging,
    sort_by: z.enum(ASSISTANT_SORT_FIELDS).nullish(),
    sort_order: z.enum(['asc', 'desc']).nullish(),
    select: z.array(AssistantView.keyof()).max(MOST_LISTED).nullish(),
  })
  .prefault({});

const Count = z.looseObject(Filter).prefault({});

const Fields = {
  config: given(Config),
  context: given(JsonObjectBody),
  metadata: given(JsonObjectBody),
  name: given(z.string().min(1)),
  description: z.string().nullish(),
};

const Create = z.looseObject({
  ...Fields,
  graph_id: z.string().min(1),
  assistant_id: given(Uuid),
  if_exists: given(z.enum(['raise', 'do_nothing'])),
});

const Patch = z.looseObject({ ...Fields, graph_id: given(z.string().min(1)) });

export const assistantRoutes = (deps: PlatformDeps): Route[] => [
  ...finding(deps),
  ...editing(deps),
  ...assistantVersionRoutes(deps),
  ...assistantGraphRoutes(deps),
];

const filterOf = (body: z.output<typeof Count>) => ({
  graphId: body.graph_id ?? undefined,
  name: body.name ?? undefined,
  metadata: body.metadata ?? undefined,
});

const finding = ({ assistants }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/assistants/search',
    scope: 'read',
    tag,
    summary: 'Find assistants',
    body: Search,
    response: z.array(AssistantView.partial()),
    handle: async ({ body }) => {
      const { items, total } = await assistants.search({
        ...filterOf(body),
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
    method: 'post',
    path: '/assistants/count',
    scope: 'read',
    tag,
    summary: 'How many assistants there are',
    body: Count,
    response: z.number(),
    handle: ({ body }) => assistants.count(filterOf(body)),
  }),
  route({
    method: 'get',
    path: '/assistants/:assistant_id',
    scope: 'read',
    tag,
    summary: 'Get an assistant by its id or its graph id',
    params: AssistantParams,
    response: AssistantView,
    handle: async ({ params }) => presentAssistant(await assistants.find(params.assistant_id)),
  }),
];

const editing = ({ assistants, deleteAssistant }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/assistants',
    scope: 'admin',
    tag,
    summary: 'Create an assistant: a graph with configuration',
    example: { graph_id: 'agent', name: 'Careful', context: { tone: 'formal' } },
    body: Create,
    response: AssistantView,
    handle: async ({ body }) =>
      presentAssistant(
        await assistants.create({
          ...fieldsOf(body),
          graphId: body.graph_id,
          assistantId: body.assistant_id,
          ifExists: body.if_exists ?? 'raise',
        }),
      ),
  }),
  route({
    method: 'patch',
    path: '/assistants/:assistant_id',
    scope: 'admin',
    tag,
    summary: 'Make a new version of an assistant; metadata is merged, what else is given replaced',
    params: AssistantParams,
    body: Patch,
    response: AssistantView,
    handle: async ({ params, body }) =>
      presentAssistant(
        await assistants.patch(params.assistant_id, { ...fieldsOf(body), graphId: body.graph_id }),
      ),
  }),
  route({
    method: 'delete',
    path: '/assistants/:assistant_id',
    scope: 'admin',
    tag,
    summary: 'Delete an assistant with its versions; its runs are cancelled',
    params: AssistantParams,
    query: z.object({ delete_threads: QueryFlag }),
    response: z.array(z.string()),
    handle: async ({ params, query, request }) => [
      await deleteAssistant({
        assistantId: params.assistant_id,
        threads: query.delete_threads ? (readFilters(request.filters ?? {}) as JsonObject) : null,
        actor: request.actor,
      }),
    ],
  }),
];

const fieldsOf = ({ config, context, metadata, name, description }: z.output<typeof Patch>) => ({
  config: incomingState(config, 'config') as typeof config,
  context: incomingState(context, 'context') as JsonObject | undefined,
  metadata: incomingState(metadata, 'metadata') as JsonObject | undefined,
  name,
  description,
});
