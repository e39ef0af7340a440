import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoldpointClient } from '../../src/client/index.ts';
import { temporaryFolder } from '../support/server.ts';
import { useLatch } from '../wire/latch.ts';
import { run, start, type RunningCommand } from './cli.ts';

const GRAPH = `
import { Annotation, interrupt, StateGraph } from '@langchain/langgraph';
import { word } from './word.ts';

const State = Annotation.Root({
  url: Annotation<string>,
  said: Annotation<string[]>({ reducer: (before, more) => [...before, ...more], default: () => [] }),
});

const builder = new StateGraph(State)
  .addNode('first', async ({ url }) => {
    if (url) await fetch(url, { method: 'POST', body: '{}' });
    return { said: [\`first \${word}\`] };
  })
  .addNode('second', () => ({ said: [\`second \${word}\`] }))
  .addEdge('__start__', 'first')
  .addEdge('first', 'second');

export const steps = builder.compile();

export const asking = new StateGraph(State)
  .addNode('ask', () => ({ said: [\`\${word}: \${interrupt('really?')}\`] }))
  .addEdge('__start__', 'ask')
  .compile();
`;

const LANGGRAPH = {
  graphs: { steps: './graph.ts:steps', asking: './graph.ts:asking', js: './plain.mjs:graph' },
};

describe('holdpoint dev', () => {
  const project = temporaryFolder();
  const latch = useLatch();
  let dev: RunningCommand;
  let client: HoldpointClient;

  const write = (file: string, text: string): void => writeFileSync(join(project, file), text);
  const word = (text: string): void => write('word.ts', `export const word: string = '${text}';\n`);
  const launch = (...args: string[]) => run(['launch', ...args, '--json', '--url', client.url]);

  beforeAll(async () => {
    write('package.json', '{ "type": "module" }');
    write('langgraph.json', JSON.stringify(LANGGRAPH));
    write('graph.ts', GRAPH);
    write('plain.mjs', "export { steps as graph } from './graph.ts';\n");
    word('old');
    dev = start(['dev', '--port', '0'], { cwd: project });
    await dev.says('Ctrl C');
    const { url } = JSON.parse(readFileSync(join(project, '.holdpoint/server.json'), 'utf8')) as {
      url: string;
    };
    client = new HoldpointClient({ url });
  });

  afterAll(async () => {
    dev.child.kill('SIGTERM');
    await dev.ended;
  });

  it('serves changed code, keeps what is held, and lets what runs go on with it after its step', async () => {
    const held = (await launch('asking', '--input', '{}')).json() as { thread_id: string };
    const running = start(
      ['launch', 'steps', '--input', JSON.stringify({ url: latch.url('step') }), '--json'],
      {
        env: { HOLDPOINT_URL: client.url },
      },
    );
    await latch.reached('step');

    word('new');
    await dev.says('word.ts changed: the graphs were read anew.');
    latch.open('step');

    const { json } = await running.ended;
    expect(json()).toMatchObject({ status: 'success', values: { said: ['first old', 'second new'] } });
    const answered = await run(['respond', held.thread_id, 'yes', '--json', '--url', client.url]);
    expect(answered.json()).toMatchObject({ status: 'success', values: { said: ['new: yes'] } });
  });

  it('draws the changed graph, without a new start of the API', async () => {
    write(
      'graph.ts',
      GRAPH.replace(
        ".addEdge('first', 'second')",
        ".addNode('third', () => ({})).addEdge('first', 'second').addEdge('second', 'third')",
      ),
    );
    await dev.says('graph.ts changed: the graphs were read anew.');

    const { nodes } = await client.assistants.getGraph('steps');
    expect(nodes.map(({ id }) => id)).toContain('third');
    write('graph.ts', GRAPH);
    await dev.says('graph.ts changed');
  });

  it.each([
    ['word.ts', 'export const word = ;\n', 'word.ts:1:'],
    ['word.ts', "const word = 'x';\n\nthrow new Error('at the top');\nexport { word };\n", 'at the top (at '],
    ['word.ts', "export const sword = 'x';\n", "'word'"],
    ['plain.mjs', '\nexport const graph = ;\n', 'plain.mjs:2'],
    ['langgraph.json', '{ "graphs": { "steps": "./gone.ts:graph" } }', 'there is no '],
  ])('says where %s is broken, and goes on serving the code from before', async (file, text, place) => {
    const before = readFileSync(join(project, file), 'utf8');
    const value = (await launch('steps', '--input', '{}')).out;
    write(file, text);

    await dev.says(place);

    expect(JSON.parse((await launch('steps', '--input', '{}')).out)).toMatchObject({
      status: 'success',
      values: (JSON.parse(value) as { values: unknown }).values,
    });
    write(file, before);
    await dev.says(`${file} changed`);
  });

  it('does not read anything anew because an agent wrote a file', async () => {
    mkdirSync(join(project, 'workspace'), { recursive: true });
    write('workspace/word.ts', 'export const word = ;\n');
    word('newest');
    await dev.says('word.ts changed');

    expect(dev.said()).not.toContain('workspace');
  });
});
