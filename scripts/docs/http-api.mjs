import { code, table } from './markdown.mjs';

const TITLES = {
  meta: 'The server',
  assistants: 'Assistants',
  threads: 'Threads',
  state: 'State and history',
  runs: 'Runs',
  agent: 'Four calls',
  a2a: 'Other agents (A2A)',
  mcp: 'MCP',
  approvals: 'Approvals',
  'session log': 'The session log',
  'scope pauses': 'Pausing many threads',
  triggers: 'Triggers from outside',
  'pause conditions': 'Pause conditions',
  'pause windows': 'Pause windows',
  'emergency stops': 'Emergency stops',
  effects: 'Effects',
  workers: 'Workers',
  outbound: 'Webhooks and notices',
  overview: 'All threads at a glance',
  changes: 'The change feed',
};

/** The routes as they are declared; handlers are never called here. */
export const document = async () => {
  const { openApiDocument } = await import('../../src/http/document.ts');
  const { allRoutes } = await import('../../src/http/routes.ts');
  const routes = allRoutes({ platform: {}, control: {}, streams: {}, agents: {}, metrics: {}, version: '' });
  return openApiDocument(routes, '');
};

export const httpApiPage = async () => {
  const { paths } = await document();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  );
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ tags: [of] }) => of === tag);
    return `## ${TITLES[tag] ?? tag}\n\n${own.map((operation) => section(operation, firstWithBodyOf(operation, own))).join('\n\n')}`;
  });
  return `# HTTP API

What a running server also tells at \`/docs\` (this, to read) and \`/openapi.json\` (with every schema). Bodies are JSON; fields
that are not listed are accepted and ignored. Ids are UUIDs, times ISO 8601 in UTC. How errors look: [errors](errors.md). How
this compares with other LangGraph servers: [compatibility](compatibility.md). _Scope_ is what an API key needs, where the server
asks for one: [security](security.md).

${sections.join('\n\n')}
`;
};

/** The first operation that takes the same body, of which it need be said only once what it is. */
const firstWithBodyOf = (operation, operations) =>
  operations.find((other) => JSON.stringify(givenTo(other)) === JSON.stringify(givenTo(operation)));

const givenTo = ({ requestBody, parameters }) => [
  requestBody,
  parameters.filter((parameter) => parameter.in === 'header'),
];

const section = (operation, first) =>
  [
    `### ${code(`${operation.method} ${operation.path}`)}`,
    `${operation.summary}.`,
    operation.requestBody && first !== operation
      ? `Takes what ${code(`${first.method} ${first.path}`)} takes.`
      : inputs(operation),
    `${outcome(operation)} ${scopeOf(operation)}`,
  ]
    .filter(Boolean)
    .join('\n\n');

/** A table of what can be given, without the ids of the path, whose names say it. */
const inputs = ({ parameters, requestBody }) => {
  const named = parameters.filter((parameter) => parameter.in !== 'path');
  const body = propertiesOf(requestBody?.content['application/json'].schema);
  const rows = [
    ...named.map(({ name, in: where, schema, required }) => [
      code(name),
      where,
      typeOf(schema),
      notes(schema, required),
    ]),
    ...body.map(([name, schema, required]) => [code(name), 'body', typeOf(schema), notes(schema, required)]),
  ];
  return rows.length === 0 ? '' : table(['Field', 'In', 'Type', ''], rows);
};

const scopeOf = ({ 'x-holdpoint-scope': scope }) => {
  if (scope === 'open') return 'Asks nobody who they are.';
  return scope === 'any' ? 'Any API key may.' : `Scope: ${code(scope)}.`;
};

const outcome = ({ responses: { default: _errors, ...good } }) => {
  const statuses = new Map();
  for (const [status, { content }] of Object.entries(good)) {
    const what = contentOf(content);
    statuses.set(what, [...(statuses.get(what) ?? []), status]);
  }
  return `Answers ${[...statuses].map(([what, those]) => `${those.join(' or ')}${what}`).join(', or ')}.`;
};

const contentOf = (content) => {
  const [type, { schema } = {}] = Object.entries(content ?? {})[0] ?? [];
  if (type === undefined) return '';
  if (type !== 'application/json') return ` with ${code(type)}`;
  const item = schema.type === 'array' ? schema.items : schema;
  const fields = propertiesOf(item).map(([name]) => code(name));
  const what = fields.length > 0 ? fields.join(', ') : 'a JSON object';
  return ` with ${schema.type === 'array' ? 'a list, each with ' : ''}${what}`;
};

const propertiesOf = (schema) =>
  Object.entries(schema?.properties ?? {}).map(([name, of]) => [
    name,
    of,
    schema.required?.includes(name) ?? false,
  ]);

const notes = (schema, required) =>
  [
    required && 'required',
    schema.description,
    schema.default !== undefined && `default ${code(schema.default)}`,
  ]
    .filter(Boolean)
    .join('; ');

/** A schema in few words. That null means "not given" goes without saying. */
const typeOf = (schema) => {
  const words = [...new Set(alternatives(schema).map(word))].filter((text) => text !== 'null');
  const others = words.filter(
    (text) => !words.includes(text.replace(/^list of /, '')) || !text.startsWith('list of '),
  );
  const listed = others.length < words.length ? '; one or a list' : '';
  return words.length === 0 ? 'anything' : others.join(' or ') + listed;
};

const alternatives = (schema) => {
  if (schema.anyOf) return schema.anyOf.flatMap(alternatives);
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return [schema];
};

const word = (schema) => {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((member) => code(member)).join(', ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (schema.format) return schema.format;
  if (schema.type === 'integer') return `integer${range(schema)}`;
  return schema.type ?? 'anything';
};

const range = ({ minimum, maximum }) => {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum === undefined && !bounded) return '';
  return bounded ? ` ${minimum} to ${maximum}` : ` from ${minimum}`;
};
