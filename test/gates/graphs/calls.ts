import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { tool } from '@langchain/core/tools';
import {
  Annotation,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { gateChannels, gated, toolsNode } from 'holdpoint/gates';
import { z } from 'zod';

const file = process.env['EFFECTS_FILE'] ?? '';

const linesWith = (name: string): number =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(name)).length
    : 0;

/** Notes in a file that it ran, and the name by which its target would know this call again. */
const noting = (name: string) =>
  tool(
    (_input, { configurable }: LangGraphRunnableConfig) => {
      appendFileSync(file, `${name} ${String(configurable?.['checkpoint_ns'])}\n`);
      if (name === 'die' && linesWith('die') === 1) process.kill(process.pid, 'SIGKILL');
      return `${name} ran`;
    },
    { name, description: name, schema: z.object({}) },
  );

const State = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });

/** Runs the calls it is given; the tool `die` ends its process when it is called for the first time. */
export const calls = new StateGraph(State)
  .addNode('tools', toolsNode([noting('pay'), noting('die')]))
  .addEdge(START, 'tools')
  .compile();

/** The same with LangGraph's own node, its tools gated. */
export const wrapped = new StateGraph(MessagesAnnotation)
  .addNode('tools', new ToolNode(['a', 'b', 'c'].map((name) => gated(noting(name)))))
  .addEdge(START, 'tools')
  .compile();
