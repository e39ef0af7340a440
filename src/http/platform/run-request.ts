import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { LaunchRunInput } from '../../lifecycle/launch-run.ts';
import { isNothing } from '../../model/answer.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { CheckpointRef, RunKwargs, StreamMode } from '../../model/run.ts';
import type { Principal } from '../../model/principal.ts';
import { onceOf } from '../idempotency-key.ts';
import type { RequestFacts } from '../route.ts';
import type { RunCreate } from '../schemas.ts';
import { incomingState } from './incoming-state.ts';

type RunBody = z.output<typeof RunCreate>;

export interface RunRequest {
  /** Null: the run brings its own. */
  threadId: string | null;
  body: RunBody;
  request: RequestFacts;
  /** A stream is opened with the run: its events are written at once. */
  live: boolean;
}

/** What the wire asks, as the use-case takes it; `newId` names the thread of a run that brings its own. */
export const toLaunchInput = (
  { threadId, body, request, live }: RunRequest,
  newId: () => string,
): LaunchRunInput => {
  if (threadId !== null && body.on_completion === 'delete') throw keepsThread();
  return {
    threadId: threadId ?? newId(),
    ifNoThread: threadId === null ? OWN_THREAD[body.on_completion ?? 'delete'] : ifNoThread(body),
    assistantId: body.assistant_id,
    kwargs: { ...toKwargs(body, live), ...onlyGiven({ traceparent: request.traceparent }) },
    headers: headerValues(request.headers),
    identity: userValues(request.principal),
    metadata: incomingState(body.metadata ?? {}, 'metadata') as JsonObject,
    multitaskStrategy: body.multitask_strategy ?? 'reject',
    actor: request.actor,
    ...onlyGiven({ once: onceOf(request, { kind: 'run', threadId }) }),
  };
};

const OWN_THREAD = { delete: 'temporary', keep: 'create' } as const;

const ifNoThread = ({ if_not_exists }: RunBody) => (if_not_exists === 'create' ? 'create' : 'refuse');

const keepsThread = (): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    'on_completion: "delete" is for runs that bring their own thread (POST /runs)',
    { details: { field: 'on_completion' } },
  );

const toKwargs = (body: RunBody, live: boolean): RunKwargs => ({
  input: incomingState(body.input, 'input') ?? null,
  command: toCommand(body.command),
  checkpoint: checkpointOf(body),
  config: toConfig(body),
  context: incomingState(body.context, 'context') ?? null,
  ...toStreaming(body),
  interrupt_before: body.interrupt_before ?? null,
  interrupt_after: body.interrupt_after ?? null,
  durability: body.durability ?? (body.checkpoint_during === false ? 'exit' : 'sync'),
  ...onlyGiven({
    after_seconds: body.after_seconds,
    webhook: body.webhook,
    feedback_keys: body.feedback_keys,
    stream_resumable: body.stream_resumable,
    langsmith_tracer: body.langsmith_tracer,
  }),
  live,
});

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

const onlyGiven = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;

const toStreaming = ({ stream_mode: modes = [], stream_subgraphs, on_disconnect }: RunBody) => ({
  stream_mode: modes.length > 0 ? modes : DEFAULT_MODES,
  stream_subgraphs: stream_subgraphs ?? false,
  on_disconnect: on_disconnect ?? ('continue' as const),
});

const DEFAULT_MODES: StreamMode[] = ['values'];

/** A checkpoint named in `configurable` is where to start, and no configuration of the graph's. */
const toConfig = ({ config }: RunBody): RunKwargs['config'] => {
  const {
    checkpoint_id: _id,
    checkpoint_ns: _ns,
    checkpoint_map: _map,
    ...configurable
  } = coordinatesIn(config);
  return incomingState({ ...config, configurable }, 'config') as RunKwargs['config'];
};

/** Under the names LangGraph's servers use. A caller cannot say it of themselves. */
const userValues = (principal: Principal | undefined): Record<string, unknown> =>
  principal
    ? {
        langgraph_auth_user: principal.user,
        langgraph_auth_user_id: principal.identity,
        langgraph_auth_permissions: principal.permissions,
      }
    : {};

const coordinatesIn = (config: RunBody['config']): CheckpointRef => config?.configurable ?? {};

/** Names of headers that may hold a secret, and of those the platform keeps to itself. */
const PRIVATE_HEADER =
  /^x-(tenant-id|service-key)$|key|token|secret|auth|cookie|jwt|session|password|signature/;

/** A graph sees the caller's own `x-` headers in `configurable`; they are stored, so nothing secret is among them. */
const headerValues = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' &&
      (name === 'user-agent' || name.startsWith('x-')) &&
      !PRIVATE_HEADER.test(name)
        ? [[name, value]]
        : [],
    ),
  );

/** A command that says nothing is none. */
export const toCommand = (command: RunBody['command']): RunKwargs['command'] => {
  const { resume, update, goto } = command ?? {};
  const said = {
    ...(resume !== undefined && { resume: incomingState(resume, 'command.resume') }),
    ...(!isNothing(update) && { update: incomingState(update, 'command.update') as typeof update }),
    ...(!isNothing(goto) && { goto: incomingState(goto, 'command.goto') as typeof goto }),
  };
  return Object.keys(said).length > 0 ? said : null;
};

/** The checkpoint to start from, wherever the client named it. */
const checkpointOf = (body: RunBody): CheckpointRef | null => {
  refuseTwoCheckpoints(body);
  const places = [body.checkpoint, { checkpoint_id: body.checkpoint_id }, coordinatesIn(body.config)];
  const named = places.find((ref) => ref?.checkpoint_id !== undefined) as CheckpointRef | undefined;
  if (named === undefined) return null;
  const { checkpoint_id, checkpoint_ns, checkpoint_map } = named;
  return {
    checkpoint_id,
    ...(checkpoint_ns !== undefined && { checkpoint_ns }),
    ...(checkpoint_map != null && { checkpoint_map }),
  };
};

/** @throws {HoldpointError} `invalid_request` when a body names one checkpoint in `checkpoint` and another beside it. */
export const refuseTwoCheckpoints = ({
  checkpoint,
  checkpoint_id: id,
}: Pick<RunBody, 'checkpoint' | 'checkpoint_id'>): void => {
  if (id === undefined || checkpoint?.checkpoint_id === undefined || checkpoint.checkpoint_id === id) return;
  throw new HoldpointError(
    'invalid_request',
    `checkpoint_id: ${id} is not the one of checkpoint, ${checkpoint.checkpoint_id}: name one of them`,
    { details: { field: 'checkpoint_id' } },
  );
};
