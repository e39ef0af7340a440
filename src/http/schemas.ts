import { z } from 'zod';
import { RUN_STATES } from '../model/run-state.ts';
import { STREAM_MODES } from '../model/run.ts';
import { THREAD_STATUSES } from '../model/wire-status.ts';

/** Any JSON object. */
export const JsonObjectBody = z.record(z.string(), z.json());

const oneOrMany = <T extends z.ZodType>(item: T) =>
  z
    .union([item, z.array(item)])
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);

export const ThreadParams = z.object({ thread_id: z.uuid() });
export const RunParams = z.object({ thread_id: z.uuid(), run_id: z.uuid() });
export const AssistantParams = z.object({ assistant_id: z.string().min(1).max(200) });

/** What some clients send as null means "not given". */
const given = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

export const Paging = {
  limit: z.coerce.number().int().min(1).max(1000).default(10),
  offset: z.coerce.number().int().min(0).default(0),
};

const Flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
]);
export const QueryFlag = Flag.default(false);

const Configurable = z
  .record(z.string(), z.unknown())
  .refine(
    (values) => !Object.keys(values).some((key) => key.startsWith('__')),
    'keys that begin with "__" belong to LangGraph itself',
  );

export const Config = z.looseObject({
  tags: z.array(z.string()).optional(),
  recursion_limit: z.number().int().min(1).optional(),
  configurable: Configurable.optional(),
});

export const CheckpointCoordinates = z.looseObject({
  checkpoint_id: given(z.string().min(1)),
  checkpoint_ns: given(z.string()),
  checkpoint_map: z.record(z.string(), z.unknown()).nullish(),
});

const SendBody = z.object({ node: z.string(), input: z.unknown() });

export const CommandBody = z.looseObject({
  resume: z.unknown().optional(),
  update: given(z.union([z.record(z.string(), z.unknown()), z.array(z.tuple([z.string(), z.unknown()]))])),
  goto: given(z.union([z.string(), SendBody, z.array(z.union([z.string(), SendBody]))])),
});

const Nodes = given(z.union([z.literal('*'), z.array(z.string())]));

export const RunCreate = z.looseObject({
  assistant_id: z.string().min(1).max(200).meta({ description: "An assistant's id, or a graph's" }),
  input: z.unknown().optional(),
  command: given(CommandBody),
  checkpoint: given(CheckpointCoordinates),
  checkpoint_id: given(z.string().min(1)),
  metadata: given(JsonObjectBody),
  config: given(Config),
  context: z.unknown().optional(),
  interrupt_before: Nodes,
  interrupt_after: Nodes,
  stream_mode: given(oneOrMany(z.enum(STREAM_MODES))),
  stream_subgraphs: given(z.boolean()),
  on_disconnect: given(z.enum(['cancel', 'continue'])),
  multitask_strategy: given(z.enum(['reject', 'enqueue', 'interrupt', 'rollback'])),
  durability: given(z.enum(['sync', 'async', 'exit'])),
});

export const ThreadCreate = z
  .looseObject({
    thread_id: given(z.uuid()),
    metadata: given(JsonObjectBody),
    if_exists: given(z.enum(['raise', 'do_nothing'])),
  })
  .default({ thread_id: undefined, metadata: undefined, if_exists: undefined });

export const StateUpdateBody = z.looseObject({
  values: z.unknown(),
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
    limit: given(z.number().int().min(1).max(1000)),
    before: Before,
    metadata: given(z.record(z.string(), z.unknown())),
    checkpoint: given(CheckpointCoordinates),
  })
  .default({ limit: undefined, before: undefined, metadata: undefined, checkpoint: undefined });

export const HistoryQueryString = z.object({ limit: Paging.limit, before: z.string().optional() });

export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  metadata: JsonObjectBody,
  detail: z.string(),
});

const Lifecycle = z
  .object({
    state: z.enum(['queued', 'running', 'draining', 'awaiting_decision', ...RUN_STATES]),
    pause_id: z.string().nullable(),
    stop_id: z.string().nullable(),
    since: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ description: "Holdpoint's own word for the state" });

export const RunView = z.object({
  run_id: z.uuid(),
  thread_id: z.uuid(),
  assistant_id: z.uuid(),
  status: z.enum(['pending', 'running', 'error', 'success', 'timeout', 'interrupted']),
  metadata: JsonObjectBody,
  kwargs: z.record(z.string(), z.unknown()),
  multitask_strategy: z.string(),
  lifecycle: Lifecycle,
  created_at: z.string(),
  updated_at: z.string(),
});

export const ThreadView = z.object({
  thread_id: z.uuid(),
  status: z.enum(THREAD_STATUSES),
  metadata: JsonObjectBody,
  config: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.unknown()).nullable(),
  interrupts: z.record(z.string(), z.array(z.unknown())),
  lifecycle: Lifecycle.nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const AssistantView = z.object({
  assistant_id: z.uuid(),
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

const Coordinates = z.object({
  thread_id: z.string(),
  checkpoint_id: z.string().nullable(),
  checkpoint_ns: z.string(),
  checkpoint_map: z.unknown(),
});

export const StateView = z.object({
  values: z.unknown(),
  next: z.array(z.string()),
  tasks: z.array(z.record(z.string(), z.unknown())),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.string().nullable(),
  checkpoint: Coordinates.nullable(),
  parent_checkpoint: Coordinates.nullable(),
});

export const StateUpdatedView = z.object({ checkpoint: Coordinates });
