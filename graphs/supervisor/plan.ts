import { type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { z } from 'zod';
import { speak } from '../agent/model.ts';
import { type Persona, readPersonas } from './personas.ts';

const Planned = z.object({
  title: z.string().min(1),
  persona: z.string().min(1),
  instructions: z.string().min(1),
});

export type Planned = z.output<typeof Planned>;

const Plan = z.object({ subtasks: z.array(Planned).min(1).max(20) });

/** `- researcher: what is to be done` is a plan that needs no model. */
const ITEM = /^\s*(?:[-*]|\d+[.)])\s*([a-z][a-z0-9-]*)\s*:\s*(.+)$/;

/** The plan, if every part of it is for somebody that there is: no part is left out. */
const complete = (planned: Planned[], names: ReadonlySet<string>): Planned[] =>
  planned.every(({ persona }) => names.has(persona)) ? planned : [];

const fromList = (task: string, names: ReadonlySet<string>): Planned[] => {
  const planned = task
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, persona = '', instructions = ''] = ITEM.exec(line) ?? [];
      return { title: instructions.slice(0, 80), persona, instructions };
    });
  return complete(planned, names);
};

const prompt = (personas: Persona[]): string =>
  [
    'Divide the task into subtasks that can be done at the same time, each by one of these agents:',
    ...personas.map(({ name, description }) => `- ${name}: ${description}`),
    'Answer with JSON and nothing else: {"subtasks": [{"title": "…", "persona": "…", "instructions": "…"}]}.',
    'An agent sees its instructions and nothing else, so they say all it needs to know.',
  ].join('\n');

/** The plan in a reply of the model, if there is one. */
const fromReply = (text: string, names: ReadonlySet<string>): Planned[] => {
  const [json] = /\{[\s\S]*\}/.exec(text) ?? [];
  if (json === undefined) return [];
  try {
    return complete(Plan.parse(JSON.parse(json)).subtasks, names);
  } catch {
    return [];
  }
};

/**
 * Who does what. A task that is a list of `- persona: …` and nothing else is its own plan; else the model makes one; when that is none,
 * the first persona is given the whole task.
 */
export const makePlan = async (
  messages: readonly BaseMessage[],
  config: LangGraphRunnableConfig,
): Promise<Planned[]> => {
  const task = messages.findLast((message) => HumanMessage.isInstance(message))?.text ?? '';
  const personas = readPersonas();
  const names = new Set(personas.map(({ name }) => name));
  const listed = fromList(task, names);
  if (listed.length > 0) return listed;
  const asked = [new SystemMessage(prompt(personas)), new HumanMessage(task)];
  const reply = await speak({ model: undefined, tools: [], messages: asked }, config);
  const planned = fromReply(reply.text, names);
  const [first] = personas;
  if (planned.length > 0 || !first) return planned;
  return [{ title: task.slice(0, 80), persona: first.name, instructions: task }];
};
