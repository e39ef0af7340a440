import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';
import { LOOKED_AT } from './queries.ts';
import type { Answer, PatchBody, PostBody } from './types.ts';

export type Agent = Answer<'/assistants/{assistant_id}'>;
export type AgentSchemas = Answer<'/assistants/{assistant_id}/schemas'>;
export type AgentBody = PostBody<'/assistants'>;
export type AgentPatch = PatchBody<'/assistants/{assistant_id}'>;

const onAgent = (id: string) => ({ params: { path: { assistant_id: id } } });

/** What goes into the graph and comes out of it. It does not change while the server runs. */
export const schemasQuery = (assistantId: string | null) =>
  queryOptions({
    queryKey: ['schemas', assistantId],
    enabled: assistantId !== null,
    queryFn: () => bodyOf(api.GET('/assistants/{assistant_id}/schemas', onAgent(assistantId ?? ''))),
  });

export const agentQuery = (assistantId: string | undefined) =>
  queryOptions({
    queryKey: ['agents', 'one', assistantId],
    enabled: assistantId !== undefined,
    queryFn: () => bodyOf(api.GET('/assistants/{assistant_id}', onAgent(assistantId ?? ''))),
  });

const VERSIONS_PER_PAGE = 20;

/** Newest first. */
export const versionsQuery = (assistantId: string) =>
  infiniteQueryOptions({
    queryKey: ['agents', 'versions', assistantId],
    ...LOOKED_AT,
    initialPageParam: 0,
    queryFn: ({ pageParam: offset }) =>
      bodyOf(
        api.POST('/assistants/{assistant_id}/versions', {
          ...onAgent(assistantId),
          body: { limit: VERSIONS_PER_PAGE, offset },
        }),
      ),
    getNextPageParam: (last, pages) =>
      last.length === VERSIONS_PER_PAGE ? pages.length * VERSIONS_PER_PAGE : undefined,
  });

export const makeAgent = (body: AgentBody) => bodyOf(api.POST('/assistants', { body }));

/** Makes a new version, which is used from now on. */
export const changeAgent = (assistantId: string, body: AgentPatch) =>
  bodyOf(api.PATCH('/assistants/{assistant_id}', { ...onAgent(assistantId), body }));

/** From now on this version is used. */
export const chooseVersion = (assistantId: string, version: number) =>
  bodyOf(api.POST('/assistants/{assistant_id}/latest', { ...onAgent(assistantId), body: { version } }));
