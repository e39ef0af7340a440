import type { z } from 'zod';
import type { LaunchRunInput } from '../../lifecycle/launch-run.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { CheckpointRef, RunKwargs } from '../../model/run.ts';
import { RunCreate } from '../schemas.ts';
import { incomingState } from './incoming-state.ts';

type Body = z.output<typeof RunCreate>;

interface RunRequest {
  threadId: string;
  body: Body;
  actor: string;
  /** A stream is opened with the run: its events are written at once. */
  live: boolean;
}

/** What the wire asks, as the use-case takes it. */
export const toLaunchInput = ({ threadId, body, actor, live }: RunRequest): LaunchRunInput => {
  const strategy = body.multitask_strategy ?? 'reject';
  if (strategy === 'interrupt' || strategy === 'rollback') {
    throw new HoldpointError(
      'not_supported',
      `multitask_strategy "${strategy}" is not served yet. Use "reject" or "enqueue".`,
      {
        details: { field: 'multitask_strategy' },
      },
    );
  }
  return {
    threadId,
    assistantId: body.assistant_id,
    kwargs: toKwargs(body, live),
    metadata: body.metadata ?? {},
    multitaskStrategy: strategy,
    actor,
  };
};

const toKwargs = (body: Body, live: boolean): RunKwargs => {
  const { checkpoint_id, checkpoint_ns, checkpoint_map, ...configurable } = body.config?.configurable ?? {};
  const inConfig = { checkpoint_id, checkpoint_ns, checkpoint_map } as CheckpointRef;
  return {
    input: incomingState(body.input, 'input') ?? null,
    command: toCommand(body.command),
    checkpoint: checkpointOf(body, inConfig),
    config: { ...body.config, configurable },
    context: body.context ?? null,
    stream_mode: body.stream_mode && body.stream_mode.length > 0 ? body.stream_mode : ['values'],
    stream_subgraphs: body.stream_subgraphs ?? false,
    interrupt_before: body.interrupt_before ?? null,
    interrupt_after: body.interrupt_after ?? null,
    durability: body.durability ?? 'sync',
    on_disconnect: body.on_disconnect ?? 'continue',
    live,
  };
};

const toCommand = (command: Body['command']): RunKwargs['command'] => {
  if (!command) return null;
  const { resume, update, goto } = command;
  return {
    ...(resume !== undefined && { resume: incomingState(resume, 'command.resume') }),
    ...(update && { update: incomingState(update, 'command.update') as NonNullable<typeof update> }),
    ...(goto !== undefined && { goto: incomingState(goto, 'command.goto') as NonNullable<typeof goto> }),
  };
};

/** The checkpoint to start from, wherever the client named it. */
const checkpointOf = (body: Body, inConfig: CheckpointRef): CheckpointRef | null => {
  const named =
    body.checkpoint ?? (body.checkpoint_id === undefined ? inConfig : { checkpoint_id: body.checkpoint_id });
  if (named.checkpoint_id === undefined) return null;
  const { checkpoint_id, checkpoint_ns, checkpoint_map } = named;
  return {
    checkpoint_id,
    ...(checkpoint_ns !== undefined && { checkpoint_ns }),
    ...(checkpoint_map != null && { checkpoint_map }),
  };
};
