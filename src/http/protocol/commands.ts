import { ownMetadata, type AuthFilters } from '../../model/auth-filter.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { STREAM_MODES, type Run, type StreamMode } from '../../model/run.ts';
import { check } from '../bounds.ts';
import { toLaunchInput } from '../platform/run-request.ts';
import type { RequestFacts } from '../route.ts';
import { RunCreate } from '../schemas.ts';
import { read, refusal, refusalOf, type CommandAnswer } from './command-answers.ts';
import {
  CommandEnvelope,
  RespondParams,
  RunStartParams,
  StateGetParams,
  type ProtocolCommand,
} from './command-schemas.ts';
import type { ProtocolDeps } from './deps.ts';

export interface CommandInput {
  threadId: string;
  /** As it came. */
  command: unknown;
  request: RequestFacts;
  /** Asked of each command that is not the transport's own, where nothing asked before. Throws to refuse it. */
  allow?: (command: unknown) => Promise<{ command: unknown; filters: AuthFilters | undefined }>;
}

/** What a transport does itself, because only it knows its connection. */
export type OwnCommands = Record<string, (command: ProtocolCommand) => Promise<object>>;

/** Commands of protocol v2, over whatever they come. */
export interface Commands {
  /** Never throws for what is wrong with a command: that is an answer. */
  handle(input: CommandInput, own?: OwnCommands): Promise<CommandAnswer>;
}

/** Modes that are recorded for protocol v2, so that every channel has its events. */
const RECORDED: StreamMode[] = STREAM_MODES.filter((mode) =>
  ['values', 'updates', 'messages-tuple', 'tools', 'custom', 'tasks'].includes(mode),
);

/** Commands the protocol knows and this server does not. */
const UNSERVED = new Set([
  'input.inject',
  'state.listCheckpoints',
  'state.fork',
  'subscription.reconnect',
  'subscription.subscribe',
  'subscription.unsubscribe',
]);

export const createCommands = (deps: ProtocolDeps): Commands => {
  const served: Record<string, Work> = {
    'run.start': (command, input) => startRun(deps, command, input),
    'input.respond': (command, input) => respond(deps, command, input),
    'state.get': ({ params }, { threadId }) => getState(deps, params, threadId),
    'agent.getTree': async (_command, { threadId }) => {
      const tree = await deps.streams.agentTree(threadId);
      if (!tree) throw new HoldpointError('run_not_found', 'Nothing ran on this thread yet.');
      return { tree };
    },
  };
  return {
    handle: async (input, own = {}) => {
      const envelope = check(CommandEnvelope, input.command);
      if (!envelope.success)
        return refusal(null, 'invalid_argument', 'A command has a whole number as its id and a method.');
      const { id, method } = envelope.data;
      const itself = Object.hasOwn(own, method) ? own[method] : undefined;
      const work = itself ?? (Object.hasOwn(served, method) ? served[method] : undefined);
      if (!work) return unknown(id, method);
      const { threadId } = input;
      try {
        const result = await (itself ? work(envelope.data, input) : allowed(work, input));
        const meta = { thread_id: threadId, applied_through_seq: await deps.streams.position(threadId) };
        return { type: 'success', id, result, meta };
      } catch (error) {
        return refusalOf(id, error);
      }
    },
  };
};

type Work = (command: ProtocolCommand, input: CommandInput) => Promise<object>;

/** Does what the rules make of the command. */
const allowed = async (work: Work, input: CommandInput): Promise<object> => {
  const { allow, request } = input;
  if (!allow) return work(CommandEnvelope.parse(input.command), input);
  const { command, filters } = await allow(input.command);
  return work(CommandEnvelope.parse(command), { ...input, request: { ...request, filters } });
};

const unknown = (id: number, method: string): CommandAnswer =>
  UNSERVED.has(method)
    ? refusal(id, 'not_supported', `${method} is not served here. Subscribe with /stream/events.`)
    : refusal(id, 'unknown_command', `There is no command ${method}.`);

/**
 * Starts a run, on a thread that is made if it is not there: clients invent its id. Input is always input, also while
 * a question waits: a message is never taken for the answer to it.
 */
const startRun = async (
  deps: ProtocolDeps,
  { params }: ProtocolCommand,
  input: CommandInput,
): Promise<object> => {
  const { multitaskStrategy, ...start } = read(RunStartParams, params);
  const strategy = start.multitask_strategy ?? multitaskStrategy ?? 'enqueue';
  const run = await launch(deps, { ...start, multitask_strategy: strategy }, input);
  return { run_id: run.runId };
};

const launch = async (
  deps: ProtocolDeps,
  asked: Record<string, unknown>,
  { threadId, request }: CommandInput,
): Promise<Run> => {
  const body = read(RunCreate, {
    ...asked,
    stream_mode: RECORDED,
    stream_subgraphs: true,
    on_disconnect: 'continue',
  });
  const input = toLaunchInput({ threadId, body, request, live: true }, deps.newId);
  await deps.assistants.find(input.assistantId);
  const metadata = (request.filters ? ownMetadata(request.filters) : {}) as JsonObject;
  await deps.threads.create({ threadId, metadata, ifExists: 'do_nothing' });
  return deps.launchRun(input);
};

/** Answers questions by their ids, in a run of the assistant that asked. */
const respond = async (
  deps: ProtocolDeps,
  { params }: ProtocolCommand,
  input: CommandInput,
): Promise<object> => {
  const given = read(RespondParams, params);
  const answers = 'responses' in given ? (given.responses as Answer[]) : [given as Answer];
  const { update, goto, config, metadata } = params;
  const run = await launch(
    deps,
    {
      assistant_id: await askingAssistant(deps, input.threadId, answers),
      command: { resume: keyedById(answers), update, goto },
      config,
      metadata,
      multitask_strategy: 'reject',
    },
    input,
  );
  return { run_id: run.runId };
};

/** A question of which nothing is written is that of the thread's newest run. */
const askingAssistant = async (
  { streams, listRuns }: ProtocolDeps,
  threadId: string,
  [first]: Answer[],
): Promise<string> => {
  const known = first && (await streams.askedBy(threadId, first.interrupt_id));
  if (known !== undefined) return known;
  const [newest] = await listRuns({ threadId, limit: 1, offset: 0 });
  if (newest) return newest.assistantId;
  throw new HoldpointError('run_not_found', 'Nothing ran on this thread: no question waits.');
};

interface Answer {
  interrupt_id: string;
  response: unknown;
}

const keyedById = (answers: Answer[]): Record<string, unknown> => {
  const strange = answers.find(({ interrupt_id: id }) => !/^[0-9a-f]{32}$/.test(id));
  if (!strange)
    return Object.fromEntries(answers.map(({ interrupt_id: id, response }) => [id, response ?? null]));
  throw new HoldpointError(
    'approval_already_decided',
    `No question ${strange.interrupt_id} waits on this thread.`,
  );
};

const getState = async ({ states }: ProtocolDeps, params: unknown, threadId: string): Promise<object> => {
  const { namespace, keys } = read(StateGetParams, params);
  const ns = (namespace ?? []).join('|');
  const { values, checkpoint } = await states.get({
    threadId,
    ...(ns !== '' && { checkpoint: { checkpoint_ns: ns } }),
  });
  const all = Object.entries((values ?? {}) as Record<string, unknown>);
  return {
    values: Object.fromEntries(keys ? all.filter(([key]) => keys.includes(key)) : all),
    ...(checkpoint?.checkpoint_id != null && {
      checkpoint: { id: checkpoint.checkpoint_id, ns: checkpoint.checkpoint_ns },
    }),
  };
};
