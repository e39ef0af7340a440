import { Command } from '@langchain/langgraph';
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { isRecord } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import { withDeadline } from './deadline.ts';
import { withCheckpointer, type Graph, type GraphModule } from './graph-registry.ts';
import { migrationPath } from './migrations.ts';
import { toCommand } from './run-input.ts';
import type { SendClass } from './send-class.ts';

type Writes = [channel: string, value: unknown][];

/** What is delivered together. */
export interface Delivered {
  writes: Writes;
  goto: unknown[];
}

/** What a resume brings into the state. */
interface Delivery {
  /** Written before the next step runs. */
  atOnce: Writes;
  goto: unknown[];
  /** Written as soon as no tool call of the messages waits for its answer: model APIs refuse any other order. */
  whenLegal: Writes;
}

/** Marks the checkpoints of a run in which what its resume brought has arrived. */
export const DELIVERED = 'resume_delivered';

export interface PlanInput {
  run: Run;
  module: GraphModule;
  graph: Graph;
  saver: BaseCheckpointSaver;
  /** The graph's own. */
  Send: SendClass;
  /** The checkpoint the attempt goes on from. */
  start: CheckpointTuple | undefined;
  /** Whether the run has stored anything. */
  advanced: boolean;
}

/**
 * What is still to be delivered to the thread of a resumed run, of that what is written now and what at the first
 * boundary: a run that stored nothing yet takes its own input first.
 */
export const planDelivery = async ({
  advanced,
  ...input
}: PlanInput): Promise<{ now: Delivered | undefined; rest: Delivered | undefined }> => {
  const { atOnce, goto, whenLegal } = await undelivered(input);
  const all = anyOf({ writes: [...atOnce, ...whenLegal], goto });
  if (!advanced) return { now: undefined, rest: all };
  return maySpeak(input.start?.checkpoint.channel_values['messages'])
    ? { now: all, rest: undefined }
    : { now: anyOf({ writes: atOnce, goto }), rest: anyOf({ writes: whenLegal, goto: [] }) };
};

const anyOf = (delivered: Delivered): Delivered | undefined =>
  delivered.writes.length + delivered.goto.length > 0 ? delivered : undefined;

const undelivered = async ({
  run,
  module,
  graph,
  saver,
  start,
  Send,
}: Omit<PlanInput, 'advanced'>): Promise<Delivery> => {
  const delivery: Delivery = { atOnce: [], goto: [], whenLegal: [] };
  const { resume } = run;
  if (!resume) return delivery;
  const metadata = (start?.metadata ?? {}) as Record<string, unknown>;
  if (metadata[DELIVERED] === resume.at) return delivery;
  const state: unknown = start ? (await withCheckpointer(graph, saver).getState(start.config)).values : {};
  await addMigrations(delivery, { run, module, state });
  add(delivery, toCommand(resume.command ?? {}, Send));
  await addContext(delivery, { run, module, state, graph });
  return delivery;
};

interface From {
  run: Run;
  module: GraphModule;
  state: unknown;
}

const addMigrations = async (delivery: Delivery, { run, module, state }: From): Promise<void> => {
  const from = run.resume?.migrateFrom;
  if (!from || from.sha256 === module.code.sha256) return;
  for (const { migrate } of migrationPath(module.exports, from, module.code) ?? []) {
    const update: unknown = await migrate(state);
    if (isRecord(update)) add(delivery, 'lg_name' in update || 'update' in update ? update : { update });
  }
};

const add = (delivery: Delivery, { update, goto }: { update?: unknown; goto?: unknown }): void => {
  delivery.atOnce.push(...toWrites(update));
  if (goto != null) delivery.goto.push(...[goto].flat());
};

const toWrites = (update: unknown): Writes =>
  Array.isArray(update) ? (update as Writes) : isRecord(update) ? Object.entries(update) : [];

const ON_RESUME_MS = 10_000;

/** Through the graph's own `onResume`, else as a person's message; where the state has none it stays in the log. */
const addContext = async (
  delivery: Delivery,
  { run, module, state, graph }: From & { graph: Graph },
): Promise<void> => {
  const { onResume } = module.exports;
  if (typeof onResume === 'function')
    return addOwn(delivery, { run, state, onResume: onResume as () => unknown });
  // What a step waited for is answered there.
  const data = run.resume?.waits ? null : asText(run.resume?.data);
  const said = [run.resume?.additionalContext, data].filter((part) => part != null);
  if (said.length === 0 || !('messages' in graph.channels)) return;
  const id = `resume-${run.runId}-${run.resume?.attempt}`;
  delivery.whenLegal.push(['messages', [{ role: 'user', id, content: said.join('\n\n') }]]);
};

const asText = (data: unknown): string | null => (data == null ? null : JSON.stringify(data));

const addOwn = async (
  delivery: Delivery,
  { run, state, onResume }: Pick<From, 'run' | 'state'> & { onResume: (input: object) => unknown },
): Promise<void> => {
  const { trigger, data, additionalContext } = run.resume ?? {};
  const update: unknown = await withDeadline(
    async () => onResume({ state, trigger, data, additionalContext }),
    { ms: ON_RESUME_MS, what: 'onResume' },
  );
  const target = isRecord(update) && 'messages' in update ? delivery.whenLegal : delivery.atOnce;
  target.push(...toWrites(update));
};

/** The command by which LangGraph writes into the state without running a step for it. */
export const toDeliveryCommand = ({ writes, goto }: Delivered): Command =>
  new Command({
    ...(writes.length > 0 && { update: writes }),
    ...(goto.length > 0 && { goto: goto as string[] }),
  });

/** Whether a person may speak now: no tool call waits for its answer. */
export const maySpeak = (messages: unknown): boolean => {
  if (!Array.isArray(messages)) return true;
  const last = messages.findLastIndex((message) => callIds(message).length > 0);
  if (last === -1) return true;
  const answered = new Set(
    messages
      .slice(last + 1)
      .map((message: unknown) => (isRecord(message) ? message['tool_call_id'] : undefined)),
  );
  return callIds(messages[last]).every((id) => answered.has(id));
};

const callIds = (message: unknown): unknown[] => {
  const calls = isRecord(message) ? message['tool_calls'] : undefined;
  return Array.isArray(calls) ? calls.map((call: unknown) => (isRecord(call) ? call['id'] : undefined)) : [];
};
