import { globalRegistry, z } from 'zod';
import { expect, it } from 'vitest';
import { toolsFor } from '../../src/http/mcp/tools.ts';
import * as commands from '../../src/http/protocol/command-schemas.ts';
import type { RequestFacts } from '../../src/http/route.ts';
import { allRoutes } from '../../src/http/routes.ts';
import { filesIn, readText } from './files.ts';

/** Whatever the routes are made of: they are declared, and not called. */
const anything: unknown = new Proxy(() => {}, { get: () => anything, apply: () => anything });

type Schemas = Record<string, z.ZodType | undefined>;

const ofRoutes = (): Schemas =>
  Object.fromEntries(
    allRoutes(anything as Parameters<typeof allRoutes>[0]).flatMap(({ method, path, query, body }) => [
      [`query of ${method} ${path}`, query],
      [`body of ${method} ${path}`, body],
    ]),
  );

const ofTools = async (): Promise<Schemas> => {
  const assistants = { search: async () => ({ items: [], total: 0 }) };
  const tools = await toolsFor(
    { assistants } as unknown as Parameters<typeof toolsFor>[0],
    {} as RequestFacts,
  );
  return Object.fromEntries(tools.map(({ name, input }) => [`tool ${name}`, input]));
};

const isSchema = (value: unknown): value is z.ZodType =>
  typeof value === 'object' && value !== null && '_zod' in value;

/** The schemas that a part of a schema's definition holds. */
const within = (part: unknown): z.ZodType[] => {
  if (isSchema(part)) return [part];
  if (typeof part !== 'object' || part === null) return [];
  return Object.values(part).filter(isSchema);
};

const takesAll = (part: unknown): boolean =>
  isSchema(part) && ['unknown', 'any'].includes(part._zod.def.type);

/** Whether it may have as many values as anybody likes, each of which is looked at. */
const isEndless = (schema: z.ZodType): boolean => {
  const def = schema._zod.def as z.core.$ZodTypeDef & { element?: unknown; valueType?: unknown };
  if (def.type === 'array') return !takesAll(def.element) && z.core.util.sizeCaps(def.checks).length === 0;
  if (def.type !== 'record' || takesAll(def.valueType)) return false;
  return globalRegistry.get(schema)?.['maxProperties'] === undefined;
};

const endlessIn = (root: z.ZodType | undefined): number => {
  const seen = new Set<z.ZodType>();
  const visit = (schema: z.ZodType): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    const { getter, ...def } = schema._zod.def as { getter?: () => z.ZodType };
    for (const part of [...Object.values(def), getter?.()]) within(part).forEach(visit);
  };
  if (root) visit(root);
  return [...seen].filter(isEndless).length;
};

it('bounds every list and record that a request, a command or a call of a tool may have', async () => {
  const all = { ...ofRoutes(), ...(commands as unknown as Schemas), ...(await ofTools()) };
  expect(Object.keys(all).length).toBeGreaterThan(200);
  expect(Object.keys(all).filter((name) => endlessIn(all[name]) > 0)).toEqual([]);
});

it('finds what is not bounded, wherever it is', () => {
  const list = z.array(z.string());
  const somewhere = [
    z.object({ list }),
    z.union([z.string(), list.nullish().transform((given) => given ?? [])]),
    z.unknown().pipe(list),
    z.preprocess(
      (given) => given,
      z.lazy(() => z.tuple([list])),
    ),
    z.array(list).max(10),
    z.record(z.string(), z.string()),
  ];
  expect(somewhere.map(endlessIn)).toEqual(somewhere.map(() => 1));
  expect(endlessIn(z.looseObject({ list: list.max(3), values: z.array(z.unknown()) }))).toBe(0);
});

it('reads what comes from outside in one place, which stops at the first that is wrong', () => {
  const readers = filesIn('src/http').filter((path) => readText(path).includes('.safeParse('));
  expect(readers).toEqual(['src/http/bounds.ts']);
});
