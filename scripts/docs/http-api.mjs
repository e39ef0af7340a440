import { logKinds } from './log-kinds.mjs';
import { code, table } from './markdown.mjs';

const TITLES = {
  meta: 'The server',
  assistants: 'Assistants',
  threads: 'Threads',
  state: 'State and history',
  crons: 'Crons',
  stateless: 'Runs on a thread of their own',
  runs: 'Runs',
  agent: 'Four calls',
  a2a: 'Other agents (A2A)',
  mcp: 'MCP',
  approvals: 'Approvals',
  'session log': 'The session log',
  'scope pauses': 'Pausing many threads',
  triggers: 'Triggers from outside',
  pauses: 'Pausing and resuming a thread',
  'pause conditions': 'Pause conditions',
  'pause windows': 'Pause windows',
  'emergency stops': 'Emergency stops',
  effects: 'Effects',
  workers: 'Workers',
  limits: 'Limits',
  'protocol v2': 'Protocol v2',
  notifications: 'Notifications',
  outbound: 'Webhooks and notices',
  overview: 'All threads at a glance',
  changes: 'The change feed',
  store: 'The store',
  ui: 'Components of a graph',
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
  const begins = { 'session log': await logKinds() };
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ tags: [of] }) => of === tag);
    const parts = [
      `## ${TITLES[tag] ?? tag}`,
      begins[tag],
      ...own.map((operation) => section(operation, operations)),
    ];
    return parts.filter(Boolean).join('\n\n');
  });
  return `# HTTP API

What a running server also tells at \`/docs\` (this, to read) and \`/openapi.json\` (with every schema). Bodies are JSON; fields
that are not listed are accepted and ignored. Ids are UUIDs, times ISO 8601 in UTC. How errors look: [errors](errors.md). How
this compares with other LangGraph servers: [compatibility](compatibility.md). _Scope_ is what an API key needs, where the server
asks for one: [security](security.md). _Operation_ is its name in \`/openapi.json\`, by which generated clients call it. In a query
\`1\` and \`0\` are also \`true\` and \`false\`.

${sections.join('\n\n')}
`;
};

const section = (operation, all) =>
  [
    `### ${code(`${operation.method} ${operation.path}`)}`,
    `${operation.summary}.`,
    inputs(operation, all),
    exampleOf(operation),
    `${outcome(operation)} ${scopeOf(operation)} Operation: ${code(operation.operationId)}.`,
  ]
    .filter(Boolean)
    .join('\n\n');

const jsonOf = ({ requestBody }) => requestBody?.content['application/json'];

/** A table of what can be given, without the ids of the path, whose names say it. What a body takes is said once. */
const inputs = (operation, all) => {
  const named = operation.parameters.filter((parameter) => parameter.in !== 'path');
  const schema = jsonOf(operation)?.schema;
  const first = schema && firstToTake(schema, all);
  const elsewhere = first !== undefined && first !== operation;
  const rows = [
    ...named.map(({ name, in: where, schema: of, required }) => [
      code(name),
      where,
      typeOf(of),
      notes(of, required),
    ]),
    ...(elsewhere ? [] : propertiesOf(schema)).map(([name, of, required]) => [
      code(name),
      'body',
      typeOf(of),
      notes(of, required),
    ]),
  ];
  const fields = rows.length === 0 ? '' : table(['Field', 'In', 'Type', ''], rows);
  return [fields, schema && bodyInWords(schema, elsewhere ? first : undefined, all)]
    .filter(Boolean)
    .join('\n\n');
};

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The first operation that takes this body. */
const firstToTake = (schema, all) => all.find((operation) => same(jsonOf(operation)?.schema, schema));

/** A body of which no table says what it is. */
const bodyInWords = (schema, first, all) => {
  if (first) return `Takes what ${endpoint(first)} takes.`;
  if (schema.type === 'array')
    return `Takes a list of ${schema.minItems} to ${schema.maxItems}, each what ${endpoint(firstToTake(schema.items, all))} takes.`;
  return propertiesOf(schema).length === 0 ? `Takes ${schema.description}.` : '';
};

const endpoint = ({ method, path }) => code(`${method} ${path}`);

const exampleOf = (operation) => {
  const { example } = jsonOf(operation) ?? {};
  return example === undefined ? '' : `\`\`\`json\n${JSON.stringify(example)}\n\`\`\``;
};

const scopeOf = ({ 'x-holdpoint-scope': scope, 'x-holdpoint-more-scopes': more }) => {
  const says = more === undefined ? '.' : `; ${more}.`;
  if (scope === 'open') return 'Asks nobody who they are.';
  return scope === 'any' ? `Any API key may${says}` : `Scope: ${code(scope)}${says}`;
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

/** Of one or the other of several: what each may have, required where each asks for it. */
const propertiesOf = (schema) => {
  const forms = (schema?.anyOf ?? [schema]).filter((form) => form?.properties);
  const names = [...new Set(forms.flatMap(({ properties }) => Object.keys(properties)))];
  return names.map((name) => [
    name,
    forms.find(({ properties }) => name in properties).properties[name],
    forms.every(({ required }) => required?.includes(name)),
  ]);
};

const notes = (schema, required) =>
  [
    required && 'required',
    schema.description ?? alternatives(schema).find(({ description }) => description)?.description,
    schema.default !== undefined && `default ${code(shown(schema.default))}`,
  ]
    .filter(Boolean)
    .join('; ');

const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', '));

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
  const fields = Object.keys(schema.properties ?? {});
  if (fields.length > 0) return `object (${fields.map(code).join(', ')})`;
  return schema.type ?? 'anything';
};

const range = ({ minimum, maximum }) => {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum === undefined && !bounded) return '';
  return bounded ? ` ${minimum} to ${maximum}` : ` from ${minimum}`;
};
