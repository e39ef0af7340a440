import { z } from 'zod';
import { ownUrl } from '../own-url.ts';
import { route, StreamReply, type Route } from '../route.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'ui';

/** It is written into a page. */
const Name = z.string().regex(/^[\w$-]{1,100}$/, 'is no name of a component');

const TYPES = new Map([
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
]);

/** Components of a graph's own, for LangGraph's `LoadExternalComponent`. */
export const uiRoutes = ({ ui }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/ui/:agent',
    tag,
    scope: 'read',
    summary: 'A piece of HTML that loads a component of the graph',
    params: z.object({ agent: z.string().min(1).max(200) }),
    body: z.looseObject({ name: Name }),
    produces: 'text/html; charset=utf-8',
    handle: async ({ params, body, request }) => {
      const { graphId, global, files } = await ui.entry(params.agent);
      const at = `${ownUrl(request.headers)}/ui/${encodeURIComponent(graphId)}`;
      const render = `${global}.render("${body.name}", "{{shadowRootId}}")`;
      const styles = files.includes('entrypoint.css');
      return (
        `<script src="${at}/entrypoint.js" onload='${render}'></script>` +
        (styles ? `\n<link rel="stylesheet" href="${at}/entrypoint.css" />` : '')
      );
    },
  }),
  route({
    method: 'get',
    path: '/ui/:agent/:file',
    tag,
    scope: 'open',
    summary: 'A file of the components of a graph',
    params: z.object({ agent: z.string().min(1).max(200), file: z.string().min(1).max(200) }),
    produces: 'text/javascript',
    handle: async ({ params }) => {
      const content = await ui.file(params.agent, params.file);
      const type = TYPES.get(params.file.split('.').at(-1) ?? '') ?? 'application/octet-stream';
      return new StreamReply({ 'Content-Type': type, 'Cache-Control': 'no-cache' }, async (response) => {
        response.write(content);
      });
    },
  }),
];
