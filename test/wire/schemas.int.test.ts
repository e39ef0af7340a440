import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { userProject } from '../support/project.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { drives } from './rows.ts';
import { useServer } from './server.ts';

const ANNOTATED = `
import { Annotation, MessagesAnnotation, StateGraph } from '@langchain/langgraph';
interface Node { name: string; children: Node[] }
const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  /** What to look for. */
  topic: Annotation<string>,
  level: Annotation<'low' | 'high' | undefined>,
  found: Annotation<{ url: string; score?: number }[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
  tree: Annotation<Node>,
  when: Annotation<Date>,
});
const Settings = Annotation.Root({ model: Annotation<string> });
export const builder = new StateGraph(State, Settings).addNode('look', () => ({})).addEdge('__start__', 'look');
export const made = async () => builder.compile();
`;

const ZOD = `
import { StateGraph } from '@langchain/langgraph';
import { z } from 'zod';
const State = z.object({ topic: z.string().describe('What to look for'), tries: z.number().int().default(0) });
export const graph = new StateGraph(State, z.object({ model: z.string().optional() }))
  .addNode('look', () => ({})).addEdge('__start__', 'look').compile();
`;

const AGENT = `
import { createAgent } from 'langchain';
import { ChatOpenAI } from '@langchain/openai';
export const agent = createAgent({ model: new ChatOpenAI({ model: 'rehearsal' }), tools: [] });
`;

const UNTYPED = `
import { Annotation, StateGraph } from '@langchain/langgraph';
export const graph = new StateGraph(Annotation.Root({ topic: Annotation(), tries: Annotation() }))
  .addNode('look', () => ({})).addEdge('__start__', 'look').compile();
`;

const GRAPHS = {
  annotated: './annotated.ts:builder',
  made: './annotated.ts:made',
  zod: './zod.ts:graph',
  agent: './agent.ts:agent',
  untyped: './untyped.js:graph',
};

const config = userProject(
  { graphs: GRAPHS },
  { 'annotated.ts': ANNOTATED, 'zod.ts': ZOD, 'agent.ts': AGENT, 'untyped.js': UNTYPED },
);

interface Schema {
  properties: Record<string, Record<string, unknown>>;
  required?: string[];
  definitions?: Record<string, unknown>;
}

const schemasOf = async ({ client }: Pick<ServerUnderTest, 'client'>, graph: string) =>
  (await client.assistants.getSchemas(graph)) as unknown as Record<
    'input_schema' | 'output_schema' | 'state_schema' | 'config_schema' | 'context_schema',
    Schema
  >;

describe('GET /assistants/{id}/schemas', () => {
  const server = useServer({ config });

  it.each(['annotated', 'made'])(
    'says what the types of an Annotation say, also in a builder or a function (%s)',
    async (graph) => {
      const { input_schema, state_schema, context_schema, config_schema } = await schemasOf(server, graph);
      const { topic, level, found, messages, tree, when } = state_schema.properties;
      expect(topic).toEqual({ type: 'string', description: 'What to look for.' });
      expect(level).toEqual({ type: 'string', enum: ['low', 'high'] });
      expect(found).toEqual({
        type: 'array',
        items: {
          type: 'object',
          properties: { url: { type: 'string' }, score: { type: 'number' } },
          required: ['url'],
        },
      });
      expect(messages).toMatchObject({ type: 'array', langgraph_type: 'messages' });
      expect(when).toEqual({ type: 'string', format: 'date-time' });
      expect(tree).toEqual({ $ref: expect.stringMatching(/^#\/definitions\//) as string });
      expect(Object.values(state_schema.definitions ?? {})).toEqual([
        expect.objectContaining({
          properties: { name: { type: 'string' }, children: { type: 'array', items: tree } },
        }),
      ]);
      expect(state_schema.required?.toSorted()).toEqual(['found', 'messages', 'topic', 'tree', 'when']);
      expect(Object.keys(input_schema.properties).toSorted()).toEqual(
        Object.keys(state_schema.properties).toSorted(),
      );
      expect(input_schema.required).toBeUndefined();
      expect(context_schema).toMatchObject({ properties: { model: { type: 'string' } } });
      expect(config_schema).toEqual(context_schema);
    },
  );

  it('says what zod says, with its descriptions and defaults', async () => {
    const { input_schema, state_schema, context_schema } = await schemasOf(server, 'zod');
    expect(state_schema.properties).toMatchObject({
      topic: { type: 'string', description: 'What to look for' },
      tries: { type: 'integer', default: 0 },
    });
    expect(input_schema.required ?? []).toEqual([]);
    expect(context_schema).toMatchObject({ properties: { model: { type: 'string' } } });
  });

  it('says of an agent of LangChain’s createAgent that it takes messages', async () => {
    const { input_schema } = await schemasOf(server, 'agent');
    expect(input_schema.properties['messages']).toMatchObject({ langgraph_type: 'messages' });
  });

  it('names the channels of a state that has no types', async () => {
    const { state_schema, context_schema } = await schemasOf(server, 'untyped');
    expect(state_schema.properties).toEqual({ topic: {}, tries: {} });
    expect(context_schema).toBeNull();
  });

  it('reads the types of the same sources once, also over a restart', async () => {
    await schemasOf(server, 'annotated');
    const folder = join(server.process.dataDir, 'schemas');
    const marked = { type: 'object', properties: { marked: { type: 'string' } } };
    for (const file of readdirSync(folder)) {
      writeFileSync(join(folder, file), JSON.stringify({ input: marked, output: marked, state: marked }));
    }
    await server.restart();
    expect((await schemasOf(server, 'annotated')).state_schema).toEqual(marked);

    const source = join(dirname(config), 'annotated.ts');
    writeFileSync(
      source,
      readFileSync(source, 'utf8').replace('topic: Annotation<string>', 'topic: Annotation<number>'),
    );
    await server.restart();
    expect((await schemasOf(server, 'annotated')).state_schema.properties['topic']).toMatchObject({
      type: 'number',
    });
  });

  // What reads them gives way to everything else on the machine.
  it(
    'has read the types of all graphs before anybody asks, where that is set',
    { timeout: 300_000 },
    async () => {
      const graphs = { annotated: GRAPHS.annotated, untyped: GRAPHS.untyped };
      const two = userProject({ graphs }, { 'annotated.ts': ANNOTATED, 'untyped.js': UNTYPED });
      const ahead = await startServerProcess({ config: two, env: { HOLDPOINT_SCHEMAS_AHEAD: 'yes' } });
      const kept = () => {
        const there = join(ahead.dataDir, 'schemas');
        return existsSync(there) ? readdirSync(there).filter((name) => name.endsWith('.json')) : [];
      };
      await vi.waitFor(() => expect(kept()).toHaveLength(Object.keys(graphs).length), {
        timeout: 280_000,
        interval: 250,
      });
      const answer = await schemasOf(ahead, 'annotated');
      expect(answer.state_schema.properties['level']).toEqual({ type: 'string', enum: ['low', 'high'] });
      expect(kept()).toHaveLength(Object.keys(graphs).length);
      await ahead.kill('SIGTERM');
    },
  );

  drives(server, ['GET /assistants/{id}/schemas']);
});

/** Fails the first time. */
const COMPILER = `
const fs = require('node:fs');
const failed = __filename + '.failed';
module.exports = { ...require(${JSON.stringify(createRequire(import.meta.url).resolve('typescript'))}) };
if (!fs.existsSync(failed)) module.exports.createProgram = () => {
  fs.writeFileSync(failed, '');
  process.exit(3);
};
`;

it(
  'GET /assistants/{id}/schemas: names the channels where the compiler fails, says so in the log, and tries it again',
  { timeout: 300_000 },
  async () => {
    const broken = userProject(
      { graphs: { annotated: './annotated.ts:builder' } },
      {
        'annotated.ts': ANNOTATED,
        'node_modules/typescript/package.json': '{"name":"typescript","main":"index.js"}',
        'node_modules/typescript/index.js': COMPILER,
      },
    );
    const server = await startServerProcess({ config: broken, env: { HOLDPOINT_LOG_LEVEL: 'warn' } });
    const { state_schema } = await schemasOf(server, 'annotated');
    expect(state_schema.properties).toMatchObject({ topic: {}, found: {} });
    expect(state_schema.properties['topic']).not.toHaveProperty('type');
    expect(server.output()).toContain('the types of a graph cannot be read');
    const topic = async () => (await schemasOf(server, 'annotated')).state_schema.properties['topic'];
    await expect.poll(topic, { timeout: 180_000 }).toMatchObject({ type: 'string' });
    await server.kill('SIGTERM');
  },
);
