import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TOOL_NAMES } from '../agent/context.ts';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
);

const Head = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  description: z.string().min(1),
  tools: list.pipe(z.array(z.enum(TOOL_NAMES))).default([]),
  model: z.string().min(1).optional(),
  /** Turns of the model until it pauses and asks to go on. */
  budget: z.coerce.number().int().min(1).max(1000).default(20),
});

/** Who a sub-agent is: a file with a head of `key: value` lines between `---`, and its instructions beneath. */
export interface Persona extends z.output<typeof Head> {
  instructions: string;
}

/** With the line ends that everybody else's editor writes. */
const textOf = (file: string): string => readFileSync(file, 'utf8').replaceAll('\r\n', '\n');

const readPersona = (file: string): Persona => {
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(textOf(file)) ?? [];
  if (head === undefined || body === undefined) throw new Error(`${file} has no head between ---`);
  const entries = head
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
  const parsed = Head.safeParse(Object.fromEntries(entries));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, instructions: body.trim() };
};

const folder = (): string => process.env['HOLDPOINT_PERSONAS'] || join(import.meta.dirname, 'personas');

/** All personas, by name. Read anew each time: a file that is changed counts from the next turn on. */
export const readPersonas = (): Persona[] =>
  readdirSync(folder())
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readPersona(join(folder(), name)));

/** @throws when there is no persona of this name. */
export const findPersona = (name: string): Persona => {
  const all = readPersonas();
  const found = all.find((persona) => persona.name === name);
  if (found) return found;
  throw new Error(`There is no persona ${name}. There are: ${all.map((one) => one.name).join(', ')}.`);
};
