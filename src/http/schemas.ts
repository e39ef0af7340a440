import { z } from 'zod';
import { MOST_LISTED, MOST_ORDERED } from './bounds.ts';
import { eachChild, isHolder } from './json-path.ts';
import { RUN_FAILURES } from '../model/errors.ts';
import { isRecord, type JsonObject } from '../model/json.ts';
import { MOST_KEYS } from '../model/metadata.ts';
import { RUN_STATES } from '../model/run-state.ts';
import { STREAM_MODES } from '../model/run.ts';
import { THREAD_STATUSES, type WireRunStatus } from '../model/wire-status.ts';

/** Text by which something is found again. Half a surrogate pair, where an emoji was cut, is stored as another text. */
export const WholeText = z
  .string()
  .refine((text) => text.isWellFormed(), 'holds half a surrogate pair: it was cut inside a character');

const objectOf = <T extends Record<string, unknown>>() =>
  z
    .custom<T>(isRecord, 'Invalid input: expected object')
    .meta({ type: 'object', additionalProperties: true });

/** Any JSON object. Only that it is one is looked at: what comes from a body is JSON, and may have millions of keys. */
export const JsonObjectBody = objectOf<JsonObject>();

const FILTER_KEYS = 100;
const FILTER_DEPTH = 10;

const keysWithin = (value: unknown, depth: number): number => {
  if (!isHolder(value)) return 0;
  if (depth === 0) return FILTER_KEYS + 1;
  let keys = 0;
  eachChild(value, (_key, child) => (keys += 1 + keysWithin(child, depth - 1)));
  return keys;
};

/** What the metadata of what is searched must contain; small, for each key costs a condition. */
export const MetadataFilter = JsonObjectBody.refine(
  (filter) => keysWithin(filter, FILTER_DEPTH) <= FILTER_KEYS,
  `may have ${FILTER_KEYS} keys on ${FILTER_DEPTH} levels`,
).nullish();

const hasFewKeys = (values: object): boolean => Object.keys(values).length <= MOST_KEYS;

/**
 * What LangChain hands on to every call within a run. It copies that each time, and takes seconds for a thousand keys:
 * what is larger belongs in the input or the context.
 */
const HandedOn = JsonObjectBody.refine(hasFewKeys, `may have ${MOST_KEYS} keys`);

/** Any object of values. */
const ValuesBody = objectOf<Record<string, unknown>>();

const oneOrMany = <T extends z.ZodType>(item: T) =>
  z
    .union([item, z.array(item).max(MOST_LISTED)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);

/** Any UUID, of whatever version; ids are kept in lower case. */
export const Uuid = z.guid('is not a UUID').transform((id) => id.toLowerCase());

/** Of examples in the document. */
export const AN_ID = '6f1c9b1e-8f4f-4d3a-9a54-0d6b6f3f2b10';
export const A_RUN = {
  assistant_id: 'agent',
  input: { messages: [{ role: 'user', content: 'Write the list of changes to changes.md' }] },
};

export const ThreadParams = z.object({ thread_id: Uuid });
export const RunParams = z.object({ thread_id: Uuid, run_id: Uuid });
export const AssistantParams = z.object({ assistant_id: z.string().min(1).max(200) });

/** What some clients send as null means "not given". It is described as what is given. */
export const given = <T extends z.ZodType>(schema: T) => {
  const read = schema.nullish().transform((value) => value ?? undefined);
  return schema.description === undefined ? read : read.describe(schema.description);
};

/** Ids to search for. */
export const Ids = z.array(Uuid).max(MOST_LISTED).nullish();

const Limit = z.int().min(1).max(1000);
const Offset = z.int().min(0);

/** What may be left out, and what is taken then. */
export const orElse = <T extends z.ZodType>(schema: T, fallback: z.output<T>) =>
  schema
    .nullish()
    .transform((value) => value ?? fallback)
    .meta({ default: fallback });

/** Which page of a list, in a body. */
export const Paging = { limit: orElse(Limit, 10), offset: orElse(Offset, 0) };

/** A whole number in a query string. Digits only: `Number` would read much else. */
export const queryInt = (minimum = 0, maximum = Number.MAX_SAFE_INTEGER) =>
  z
    .custom<string>((text) => typeof text === 'string' && /^\d{1,15}$/.test(text), 'is not a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ type: 'integer', minimum, maximum });

/** Which page of a list, in a query string. */
export const QueryPaging = { limit: queryInt(1, 1000).default(10), offset: queryInt().default(0) };

const isTexts = (value: unknown): boolean => [value].flat().every((text) => typeof text === 'string');

/** One or several of `names`, in a query string: repeated, or separated by commas. */
export const queryList = <T extends string>(names: readonly [T, ...T[]]) =>
  z
    .custom<string | string[]>(isTexts, 'is no list of names')
    .transform((given) => (Array.isArray(given) ? given : given.split(',')))
    .pipe(z.array(z.enum(names)).max(MOST_LISTED))
    .meta({ type: 'array', items: { type: 'string', enum: [...names] }, maxItems: MOST_LISTED })
    .optional();

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** Of a query string: "0" is false. */
export const QueryFlag = z
  .custom<string>((text) => FLAGS.has(text as string), 'is neither true nor false')
  .transform((text) => FLAGS.get(text) ?? false)
  .meta({ type: 'boolean' })
  .default(false);

const Coordinates = {
  checkpoint_id: given(z.string().min(1)),
  checkpoint_ns: given(z.string()),
  checkpoint_map: given(z.record(z.string(), z.unknown())),
};

/** Who asks is what the server knows of them: what a caller says of it is left out, as if it were not said. */
const Configurable = z.looseObject(Coordinates).superRefine((values, context) => {
  if (!hasFewKeys(values)) {
    context.addIssue({ code: 'custom', message: `may have ${MOST_KEYS} keys` });
    return;
  }
  for (const key of Object.keys(values).filter((name) => name.startsWith('__'))) {
    context.addIssue({
      code: 'custom',
      path: [key],
      message: 'keys that begin with "__" belong to LangGraph itself',
    });
  }
  for (const key of Object.keys(values)) if (key.startsWith('langgraph_auth_')) delete values[key];
});

export const Config = z.looseObject({
  tags: given(z.array(z.string()).max(MOST_KEYS)),
  recursion_limit: given(z.int().min(1)),
  configurable: given(Configurable),
  metadata: given(HandedOn),
});

export const CheckpointCoordinates = z.looseObject(Coordinates);

/** `args` is what LangGraph's own `Send` calls its input when it is sent as JSON. */
const SendBody = z
  .object({ node: z.string(), input: z.unknown().optional(), args: z.unknown().optional() })
  .transform(({ node, input, args }) => ({ node, input: input ?? args }));

export const CommandBody = z.looseObject({
  resume: z.unknown().optional(),
  update: given(z.union([ValuesBody, z.array(z.tuple([z.string(), z.unknown()])).max(MOST_ORDERED)])),
  goto: given(z.union([z.string(), SendBody, z.array(z.union([z.string(), SendBody])).max(MOST_ORDERED)])),
});

const Nodes = given(z.union([z.literal('*'), z.array(z.string()).max(MOST_LISTED)])).meta({
  description: 'Names of nodes, or `*` for all; a name that the graph does not have stops nothing',
});

/** The types of the SDK call these `complete` and `continue`; both servers say `delete` and `keep`. */
const OnCompletion = z
  .enum(['delete', 'keep', 'complete', 'continue'])
  .transform((word) => (word === 'delete' || word === 'complete' ? 'delete' : 'keep'));

/** Ten years. */
const MAX_DELAY_S = 315_360_000;

export const RunCreate = z.looseObject({
  assistant_id: z.string().min(1).max(200).meta({ description: "An assistant's id, or a graph's" }),
  input: z.unknown().optional(),
  command: given(CommandBody),
  checkpoint: given(CheckpointCoordinates),
  checkpoint_id: given(z.string().min(1)),
  metadata: given(HandedOn),
  config: given(Config),
  context: z.unknown().optional(),
  interrupt_before: Nodes,
  interrupt_after: Nodes,
  stream_mode: given(oneOrMany(z.enum(STREAM_MODES))),
  stream_subgraphs: given(z.boolean()),
  on_disconnect: given(z.enum(['cancel', 'continue'])),
  multitask_strategy: given(z.enum(['reject', 'enqueue', 'interrupt', 'rollback'])),
  if_not_exists: given(z.enum(['reject', 'create'])),
  durability: given(z.enum(['sync', 'async', 'exit'])),
  on_completion: given(OnCompletion).meta({
    description: 'Of the thread that comes with the run',
  }),
  after_seconds: given(
    z
      .number()
      .min(0)
      .max(MAX_DELAY_S)
      .describe('Counted from the launch, also where the run is paused and resumed meanwhile'),
  ),
  webhook: given(z.string().min(1).max(2000)),
  feedback_keys: given(z.array(z.string()).max(MOST_LISTED)),
  stream_resumable: given(z.boolean()),
  langsmith_tracer: given(z.looseObject({ project_name: given(z.string()), example_id: given(z.string()) })),
  checkpoint_during: given(z.boolean()).meta({ description: 'Older name: false is durability "exit"' }),
});

export const StateUpdateBody = z.looseObject({
  values: z.union([ValuesBody, z.array(z.unknown()), z.null()]).optional(),
  as_node: given(z.string()),
  checkpoint: given(CheckpointCoordinates),
  checkpoint_id: given(z.string().min(1)),
});

/** `before` as the SDK sends it (a config), or as a checkpoint's id. */
const Before = given(
  z.union([
    z.string().min(1),
    z.looseObject({
      checkpoint_id: z.string().optional(),
      configurable: z.looseObject({ checkpoint_id: z.string().optional() }).optional(),
    }),
  ]),
).transform((before) =>
  typeof before === 'object' ? (before.configurable?.checkpoint_id ?? before.checkpoint_id) : before,
);

export const HistoryBody = z
  .looseObject({
    limit: Paging.limit,
    before: Before,
    metadata: MetadataFilter,
    checkpoint: given(CheckpointCoordinates),
  })
  .prefault({});

export const HistoryQueryString = z.object({ limit: QueryPaging.limit, before: z.string().optional() });

export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  metadata: JsonObjectBody,
  detail: z.string(),
});

export const WIRE_RUN_STATUSES = [
  'pending',
  'running',
  'error',
  'success',
  'timeout',
  'interrupted',
] as const satisfies WireRunStatus[];

export const Lifecycle = z
  .object({
    state: z.enum(['queued', 'running', 'draining', 'awaiting_decision', ...RUN_STATES]),
    pause_id: z.string().nullable(),
    stop_id: z.string().nullable(),
    since: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ description: "Holdpoint's own word for the state" });

export const RunView = z.object({
  run_id: z.guid(),
  thread_id: z.guid(),
  assistant_id: z.guid(),
  status: z.enum(WIRE_RUN_STATUSES),
  metadata: JsonObjectBody,
  kwargs: z.record(z.string(), z.unknown()),
  multitask_strategy: z.string(),
  langsmith_session_name: z.string().optional().meta({ description: 'Where it is traced, if it says so' }),
  lifecycle: Lifecycle,
  failure: z
    .object({ reason: z.enum(RUN_FAILURES), error: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Why it failed, if it did' }),
  created_at: z.string(),
  updated_at: z.string(),
});

export const ThreadView = z.object({
  thread_id: z.guid(),
  status: z.enum(THREAD_STATUSES),
  metadata: JsonObjectBody,
  config: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.unknown()).nullable(),
  interrupts: z.record(z.string(), z.array(z.unknown())),
  lifecycle: Lifecycle.nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const Ttl = z
  .object({ strategy: z.enum(['delete', 'keep_latest']), ttl_minutes: z.number(), expires_at: z.string() })
  .nullable();

/** With `include=ttl` also when it expires. */
export const ThreadWithTtlView = ThreadView.extend({ ttl: Ttl.optional() });

/** Of a search, which may ask for some fields only, and for what lies at paths of its own. */
export const ThreadFoundView = ThreadView.partial().extend({
  extracted: z.record(z.string(), z.unknown()).optional(),
});

export const AssistantView = z.object({
  assistant_id: z.guid(),
  graph_id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  config: z.record(z.string(), z.unknown()),
  context: z.record(z.string(), z.unknown()),
  metadata: JsonObjectBody,
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});

const CoordinatesView = z.object({
  thread_id: z.string(),
  checkpoint_id: z.string().nullable(),
  checkpoint_ns: z.string(),
  checkpoint_map: z.unknown(),
});

export const StateView = z.object({
  values: z.unknown(),
  next: z.array(z.string()),
  tasks: z.array(z.record(z.string(), z.unknown())),
  metadata: z.record(z.string(), z.unknown()).optional(),
  created_at: z.string().nullable(),
  checkpoint: CoordinatesView.nullable(),
  parent_checkpoint: CoordinatesView.nullable(),
  partial_output: z
    .object({
      run_id: z.string(),
      attempt: z.number(),
      updated_at: z.string(),
      messages: z.array(
        z.object({ node: z.string().nullable(), checkpoint_ns: z.string(), text: z.string() }),
      ),
    })
    .optional()
    .meta({
      description: 'What models have said in steps that are under way or were cut: not part of the values',
    }),
});

export const StateUpdatedView = z.object({ checkpoint: CoordinatesView });
