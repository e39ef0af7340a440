import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ERROR_CODES } from '../model/errors.ts';
import { HTTP_STATUS } from './error-map.ts';
import { IDEMPOTENCY_KEY, LONGEST_KEY } from './idempotency-key.ts';
import { operationId } from './operation-id.ts';
import { ownUrl } from './own-url.ts';
import { Reply, route, type Route } from './route.ts';
import { ErrorBody } from './schemas.ts';

/** The OpenAPI 3.1 document of these routes. */
export const openApiDocument = (routes: Route[], version: string): Record<string, unknown> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const declared of routes) {
    const path = declared.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[declared.method] = operation(declared);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdpoint',
      version,
      description: 'Launch, hold, pause, approve, resume and stop LangGraph.js agents.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: jsonSchema(ErrorBody, 'output') },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
};

const operation = ({
  method,
  path,
  tag,
  summary,
  scope,
  moreScopes,
  params,
  query,
  body,
  idempotent,
  example,
  response,
  status = 200,
  also,
  produces,
}: Route) => ({
  operationId: operationId({ method, path, reads: scope === 'read' }),
  tags: [tag],
  summary,
  security: scope === 'open' ? [] : [{ apiKey: [] }, { bearer: [] }],
  'x-holdpoint-scope': scope,
  ...(moreScopes && { 'x-holdpoint-more-scopes': moreScopes.says }),
  parameters: [
    ...parameters(params, 'path'),
    ...parameters(query, 'query'),
    ...(idempotent ? [IDEMPOTENCY_HEADER] : []),
  ],
  ...(body && {
    requestBody: {
      content: {
        'application/json': {
          schema: jsonSchema(body, 'input'),
          ...(example !== undefined && { example }),
        },
      },
    },
  }),
  responses: {
    [status]: goodAnswer(response, produces),
    ...(also && { [also.status]: goodAnswer(also.response) }),
    default: {
      description: errorsText,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  },
});

const IDEMPOTENCY_HEADER = {
  name: IDEMPOTENCY_KEY,
  in: 'header',
  required: false,
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: LONGEST_KEY,
    description: 'Sent again with the same key and body, it does nothing twice and answers what came of it',
  },
};

const goodAnswer = (response?: z.ZodType, produces?: string) => ({
  description: 'Done',
  ...((response ?? produces) !== undefined && {
    content: {
      ...(response && { 'application/json': { schema: jsonSchema(response, 'output') } }),
      ...(produces !== undefined && { [produces]: { schema: { type: 'string' } } }),
    },
  }),
});

const errorsText = `An error: ${ERROR_CODES.map((code) => `\`${code}\` (${HTTP_STATUS[code]})`).join(', ')}`;

const parameters = (schema: z.ZodType | undefined, where: 'path' | 'query') => {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: of,
  }));
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      const otherwise = io === 'input' ? defaultOf(zodSchema as z.core.$ZodDefault) : undefined;
      if (otherwise !== undefined) made.default ??= otherwise;
    },
  });
  return rest;
};

/** What is taken where nothing is given. Zod leaves it out where the schema makes something else of what it takes. */
const defaultOf = (
  schema: z.core.$ZodDefault,
): NonNullable<z.core.JSONSchema.BaseSchema['default']> | undefined => {
  const { def } = schema._zod;
  const told = z.globalRegistry.get(schema)?.['default'] as
    NonNullable<z.core.JSONSchema.BaseSchema['default']> | undefined;
  return (
    told ??
    (def.type === 'default'
      ? (def.defaultValue as NonNullable<z.core.JSONSchema.BaseSchema['default']>)
      : undefined)
  );
};

/** `/openapi.json` and `/docs`, about the routes given and themselves. */
export const documentRoutes = (others: Route[], version: string): Route[] => {
  const own: Route[] = [];
  const all = () => [...own, ...others];
  let document: Record<string, unknown> | undefined;
  const current = () => (document ??= openApiDocument(all(), version));
  own.push(
    route({
      method: 'get',
      path: '/openapi.json',
      scope: 'any',
      tag: 'meta',
      summary: 'This document',
      response: z.record(z.string(), z.unknown()),
      handle: ({ request }) => ({ ...current(), servers: [{ url: ownUrl(request.headers) }] }),
    }),
    route({
      method: 'get',
      path: '/docs',
      scope: 'any',
      tag: 'meta',
      summary: 'This document, to read',
      produces: 'text/html',
      handle: () => new Reply(200, documentPage(all(), version), { 'Content-Security-Policy': PAGE_POLICY }),
    }),
  );
  return own;
};

const documentPage = (routes: Route[], version: string): string => {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const section = (tag: string) => {
    const rows = routes
      .filter((declared) => declared.tag === tag)
      .map(
        ({ method, path, summary }) =>
          `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${escape(path)}</code></td><td>${escape(summary)}</td></tr>`,
      );
    return `<h2>${escape(tag)}</h2><table>${rows.join('')}</table>`;
  };
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Holdpoint API</title><style>${STYLE}</style><h1>Holdpoint ${escape(version)}</h1>
<p>The whole document with every schema: <a href="/openapi.json">/openapi.json</a>. Errors are
<code>{code, message, metadata, detail}</code>.</p>${tags.map(section).join('')}</html>`;
};

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td{padding:.35rem .75rem .35rem 0;border-top:1px solid #8884;vertical-align:top}h2{margin-top:2rem}`;

/** The page has one style, and that style only. */
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char]};`);
