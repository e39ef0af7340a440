import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';
import type { FoundItem } from '../../model/store-item.ts';
import { MOST_LISTED } from '../bounds.ts';
import { route, type Route } from '../route.ts';
import { JsonObjectBody, orElse, WholeText } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'store';
const MINUTE_MS = 60_000;

/** PostgreSQL keeps no NUL in a text. */
const Text = WholeText.max(2000).regex(/^[^\0]*$/, 'may not contain NUL');
const Label = Text.min(1, 'is an empty label').regex(
  /^[^.]*$/,
  'Namespace labels cannot contain periods (".")',
);
const Namespace = z.array(Label).max(100);
const Minutes = z.number().positive().max(100_000_000).meta({ description: 'minutes' });
const Limit = z.int().min(1).max(1000);
const Offset = z.int().min(0).max(1_000_000);

const ItemView = z.object({
  namespace: z.array(z.string()),
  key: z.string(),
  value: JsonObjectBody,
  created_at: z.string(),
  updated_at: z.string(),
});
const FoundView = ItemView.extend({
  score: z.number().optional().meta({ description: 'Of a search with a query: 1 at best' }),
});

const Put = z.looseObject({
  namespace: Namespace.min(1),
  key: Text,
  value: JsonObjectBody,
  index: z
    .union([z.literal(false), z.array(z.string().min(1).max(200)).max(50)])
    .nullish()
    .meta({ description: 'false: not found by its meaning; or the paths of the texts that count' }),
  ttl: Minutes.nullish(),
});

const MOST_FIELDS = 100;

/** Each item is asked for each of its fields. */
const Filter = JsonObjectBody.refine(
  (filter) => Object.keys(filter).length <= MOST_FIELDS,
  `may have ${MOST_FIELDS} fields`,
);

const Search = z
  .looseObject({
    namespace_prefix: Namespace.nullish(),
    filter: Filter.nullish().meta({
      description: 'fields and what they equal, or {$eq,$ne,$gt,$gte,$lt,$lte,$in,$nin}',
    }),
    query: z.string().max(100_000).nullish(),
    limit: orElse(Limit, 10),
    offset: orElse(Offset, 0),
    refresh_ttl: z.boolean().nullish(),
  })
  .prefault({});

const Namespaces = z
  .looseObject({
    prefix: Namespace.nullish(),
    suffix: Namespace.nullish(),
    max_depth: z.int().min(1).nullish(),
    limit: orElse(Limit, 100),
    offset: orElse(Offset, 0),
  })
  .prefault({});

/** Labels joined by dots, or the parameter repeated. */
const QueryNamespace = z
  .union([z.string(), z.array(z.string()).max(MOST_LISTED)])
  .default([])
  .transform((given) => (Array.isArray(given) ? given : given.split('.')))
  .pipe(Namespace);

export const storeRoutes = (deps: PlatformDeps): Route[] => [...items(deps), ...finding(deps)];

const items = ({ store }: PlatformDeps): Route[] => [
  route({
    method: 'put',
    path: '/store/items',
    scope: 'run',
    tag,
    summary: 'Write an item of the store, over the one with its key',
    example: { namespace: ['users', 'ada'], key: 'tone', value: { text: 'formal' } },
    body: Put,
    status: 204,
    handle: async ({ body, request }) => {
      const { namespace, key, value, index, ttl } = body;
      await store.put({
        namespace,
        key,
        value: value as JsonObject,
        index: index ?? undefined,
        filters: request.filters,
        ttlMs: ttl == null ? ttl : Math.ceil(ttl * MINUTE_MS),
      });
    },
  }),
  route({
    method: 'get',
    path: '/store/items',
    scope: 'read',
    tag,
    summary: 'Get an item; null when there is none',
    query: z.object({
      namespace: QueryNamespace,
      key: Text,
      refresh_ttl: z.enum(['true', 'false', '1', '0']).optional(),
    }),
    response: ItemView.nullable(),
    handle: async ({ query, request }) => {
      const { namespace, key, refresh_ttl: asked } = query;
      const refresh = asked === undefined ? undefined : asked === 'true' || asked === '1';
      const item = await store.get({ namespace, key }, { refresh, filters: request.filters });
      return item ? presentItem(item) : null;
    },
  }),
  route({
    method: 'delete',
    path: '/store/items',
    scope: 'run',
    tag,
    summary: 'Delete an item, if there is one',
    body: z.looseObject({ namespace: Namespace.nullish(), key: Text }),
    status: 204,
    handle: ({ body, request }) =>
      store.remove({ namespace: body.namespace ?? [], key: body.key }, { filters: request.filters }),
  }),
];

const finding = ({ store }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/store/items/search',
    scope: 'read',
    tag,
    summary: 'Find items by their fields, or by what they mean',
    example: { namespace_prefix: ['users'], query: 'how to write', limit: 5 },
    body: Search,
    response: z.object({ items: z.array(FoundView) }),
    handle: async ({ body, request }) => {
      const found = await store.search({
        prefix: body.namespace_prefix ?? [],
        filter: body.filter ?? undefined,
        query: body.query ?? undefined,
        limit: body.limit,
        offset: body.offset,
        refresh: body.refresh_ttl ?? undefined,
        filters: request.filters,
      });
      return { items: found.map(presentItem) };
    },
  }),
  route({
    method: 'post',
    path: '/store/namespaces',
    scope: 'read',
    tag,
    summary: 'Which namespaces have items; "*" stands for any label',
    body: Namespaces,
    response: z.object({ namespaces: z.array(z.array(z.string())) }),
    handle: async ({ body, request }) => ({
      namespaces: await store.namespaces({
        prefix: body.prefix ?? undefined,
        suffix: body.suffix ?? undefined,
        maxDepth: body.max_depth ?? undefined,
        limit: body.limit,
        offset: body.offset,
        filters: request.filters,
      }),
    }),
  }),
];

const presentItem = ({ namespace, key, value, createdAt, updatedAt, score }: FoundItem) => ({
  namespace,
  key,
  value,
  created_at: createdAt,
  updated_at: updatedAt,
  ...(score !== undefined && { score }),
});
