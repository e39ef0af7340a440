import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';

const GRAPH = `
import { Annotation, END, START, StateGraph, interrupt } from '@langchain/langgraph';
import { approvalGate } from 'holdpoint/gates';
import { z } from 'zod';
import { loud } from '@lib/loud';
const State = Annotation.Root({ said: Annotation<string> });
const ask = (): { said: string } => ({ said: z.string().parse(interrupt(typeof approvalGate)) });
export const graph = new StateGraph(State)
  .addNode('ask', ask, { ends: ['shout', END] })
  .addNode('shout', ({ said }) => ({ said: loud(said) }))
  .addEdge(START, 'ask')
  .addEdge('ask', END)
  .addEdge('shout', END)
  .compile();
`;

const LANGGRAPH = fileURLToPath(new URL('../../node_modules/@langchain/langgraph', import.meta.url));

interface Project {
  packageJson?: string;
  /** Whether it has installed a LangGraph of its own. */
  installed?: boolean;
}

const TSCONFIG = { compilerOptions: { paths: { '@lib/*': ['./src/lib/*'] } } };

/** A folder with a graph in TypeScript, which names a file by the paths of its own tsconfig. */
const project = ({ packageJson, installed = false }: Project): string => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src/lib'), { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(
    join(folder, 'src/lib/loud.ts'),
    'export const loud = (said: string): string => said.toUpperCase();',
  );
  writeFileSync(join(folder, 'src/graph.ts'), GRAPH);
  writeFileSync(
    join(folder, 'langgraph.json'),
    JSON.stringify({ graphs: { asking: './src/graph.ts:graph' } }),
  );
  if (packageJson) writeFileSync(join(folder, 'package.json'), packageJson);
  if (installed) cpSync(LANGGRAPH, join(folder, 'node_modules/@langchain/langgraph'), { recursive: true });
  return join(folder, 'langgraph.json');
};

describe.each<[string, Project]>([
  ['ES modules', { packageJson: '{"type":"module"}' }],
  ['CommonJS', { packageJson: '{"type":"commonjs"}' }],
  ['no package.json', {}],
  ['ES modules and a LangGraph of its own', { packageJson: '{"type":"module"}', installed: true }],
])("another project's graph in TypeScript, with %s", (_kind, parts) => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerProcess({ config: project(parts) });
  });
  afterAll(() => server.kill());

  it('is served without a build step', async () => {
    const { threads, runs, assistants } = server.client;
    const { thread_id } = await threads.create();
    const held = await runs.wait(thread_id, 'asking', { input: { said: '' } });
    expect(held).toMatchObject({ __interrupt__: [{ value: 'function' }] });
    expect(await runs.wait(thread_id, 'asking', { command: { resume: 'yes' } })).toEqual({ said: 'yes' });
    const { nodes } = await assistants.getGraph('asking');
    expect(nodes.map(({ id }) => id)).toEqual(['__start__', 'ask', 'shout', '__end__']);
  });

  it('goes to a node with an input of its own', async () => {
    const { threads, runs } = server.client;
    const { thread_id } = await threads.create();
    const shout = (said: string) => ({ node: 'shout', input: { said } });
    expect(await runs.wait(thread_id, 'asking', { command: { goto: shout('one') } })).toEqual({
      said: 'ONE',
    });
    expect(await runs.wait(thread_id, 'asking', { command: { goto: [shout('two')] } })).toEqual({
      said: 'TWO',
    });
  });

  it('is left by an update of its state that goes to a node with an input of its own', async () => {
    const { threads, runs } = server.client;
    const command = { goto: [{ node: 'shout', input: { said: 'three' } }] };
    const { thread_id } = await threads.create({
      graphId: 'asking',
      supersteps: [{ updates: [{ values: null, command, asNode: 'ask' }] }],
    });
    expect(await runs.wait(thread_id, 'asking', { input: null })).toEqual({ said: 'THREE' });
  });
});
