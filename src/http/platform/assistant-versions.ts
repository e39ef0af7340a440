import { z } from 'zod';
import { HoldpointError } from '../../model/errors.ts';
import { presentAssistant, presentAssistantVersion } from '../present.ts';
import { route, type Route } from '../route.ts';
import { AssistantParams, AssistantView, given, MetadataFilter, Paging, queryInt } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'assistants';

const Versions = z.looseObject({ metadata: MetadataFilter, ...Paging }).prefault({});

const Latest = z.looseObject({ version: given(z.int().min(1)) }).prefault({});

export const assistantVersionRoutes = ({ assistants }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/assistants/:assistant_id/versions',
    scope: 'read',
    tag,
    summary: "An assistant's versions, newest first",
    params: AssistantParams,
    body: Versions,
    response: z.array(AssistantView.omit({ updated_at: true })),
    handle: async ({ params, body }) => {
      const { limit, offset } = body;
      const metadata = body.metadata ?? undefined;
      const versions = await assistants.versions({
        assistantId: params.assistant_id,
        metadata,
        limit,
        offset,
      });
      return versions.map(presentAssistantVersion);
    },
  }),
  route({
    method: 'post',
    path: '/assistants/:assistant_id/latest',
    scope: 'admin',
    tag,
    summary:
      'Use another version of an assistant from now on; the version in the body or as a query parameter',
    params: AssistantParams,
    query: z.object({ version: queryInt(1).optional() }),
    body: Latest,
    response: AssistantView,
    handle: async ({ params, query, body }) => {
      const version = body.version ?? query.version;
      if (version === undefined) {
        throw new HoldpointError('invalid_request', 'version: say which', { details: { field: 'version' } });
      }
      return presentAssistant(await assistants.setLatest(params.assistant_id, version));
    },
  }),
];
