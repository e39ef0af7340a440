import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess, temporaryFolder, type ServerUnderTest } from '../support/server.ts';

const GRAPH = `
import { Annotation, END, START, StateGraph, interrupt } from '@langchain/langgraph';
import { approvalGate } from 'holdpoint/gates';
import { z } from 'zod';
const State = Annotation.Root({ said: Annotation<string> });
const ask = (): { said: string } => ({ said: z.string().parse(interrupt(typeof approvalGate)) });
export const graph = new StateGraph(State).addNode('ask', ask).addEdge(START, 'ask').addEdge('ask', END).compile();
`;

/** A folder with a graph in TypeScript and nothing installed. */
const project = (packageJson?: string): string => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/graph.ts'), GRAPH);
  writeFileSync(
    join(folder, 'langgraph.json'),
    JSON.stringify({ graphs: { asking: './src/graph.ts:graph' } }),
  );
  if (packageJson) writeFileSync(join(folder, 'package.json'), packageJson);
  return join(folder, 'langgraph.json');
};

describe.each([
  ['ES modules', '{"type":"module"}'],
  ['CommonJS', '{"type":"commonjs"}'],
  ['no package.json', undefined],
])("another project's graph in TypeScript, with %s", (_kind, packageJson) => {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerProcess({ config: project(packageJson) });
  });
  afterAll(() => server.kill());

  it('is served without a build step, and without LangGraph installed', async () => {
    const { threads, runs, assistants } = server.client;
    const { thread_id } = await threads.create();
    const held = await runs.wait(thread_id, 'asking', { input: { said: '' } });
    expect(held).toMatchObject({ __interrupt__: [{ value: 'function' }] });
    expect(await runs.wait(thread_id, 'asking', { command: { resume: 'yes' } })).toEqual({ said: 'yes' });
    const { nodes } = await assistants.getGraph('asking');
    expect(nodes.map(({ id }) => id)).toEqual(['__start__', 'ask', '__end__']);
  });
});
