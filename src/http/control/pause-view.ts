import { z } from 'zod';
import {
  ON_TIMEOUT,
  PAUSE_MODES,
  PAUSE_STATES,
  RELEASES,
  RESUME_BEHAVIORS,
  type Pause,
  type PauseCheckpoint,
} from '../../model/pause.ts';
import { JsonObjectBody } from '../schemas.ts';

const PauseCheckpointView = z
  .object({
    checkpoint_id: z.string().nullable(),
    parent_checkpoint_id: z.string().nullable(),
    sha256: z.string().nullable().meta({ description: 'Of the checkpoint and its pending writes on disk' }),
    step: z.number().nullable(),
    next: z.array(z.string()),
    unsafe: z.boolean().meta({ description: 'The step in flight was cut and runs again' }),
    taken_at: z.string(),
    code_fingerprint: z.string().nullable(),
    langgraph_version: z.string().nullable(),
    state_version: z.string().nullable(),
    assistant_version: z.number().nullable(),
    config: JsonObjectBody,
    context: z.unknown(),
    environment: JsonObjectBody.nullable(),
  })
  .nullable();

export const ResumeUrl = z.string().meta({
  description:
    'Told likewise: `HOLDPOINT_PUBLIC_URL`, or where that is not set the address by which this caller reached the server (`Host`, and https where `X-Forwarded-Proto` says so), then `/hooks/` and the token',
});

export const PauseView = z.object({
  pause_id: z.guid(),
  thread_id: z.guid(),
  run_id: z.guid(),
  state: z.enum(PAUSE_STATES),
  cause: z.enum(['operator', 'condition', 'scope', 'window']),
  reason: z.string(),
  requested_by: z.string(),
  requested_at: z.string(),
  mode: z.enum(PAUSE_MODES),
  drain_timeout_ms: z.number(),
  on_timeout: z.enum(ON_TIMEOUT),
  drain_deadline: z.string().nullable(),
  resume_behavior: z.enum(RESUME_BEHAVIORS),
  release: z.enum(RELEASES),
  resume_when: z.unknown(),
  remedy: JsonObjectBody.nullable(),
  paused_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ended_by: z.string().nullable(),
  verified: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether the checkpoint was read back as it was written' }),
  checkpoint: PauseCheckpointView,
  resume_token: z.string().optional().meta({ description: 'Told only by the answer that created the pause' }),
  resume_url: ResumeUrl.optional(),
});

export const presentPause = (
  pause: Pause,
): Omit<z.input<typeof PauseView>, 'resume_token' | 'resume_url'> => ({
  pause_id: pause.pauseId,
  thread_id: pause.threadId,
  run_id: pause.runId,
  state: pause.state,
  cause: pause.cause,
  reason: pause.reason,
  requested_by: pause.requestedBy,
  requested_at: pause.requestedAt,
  mode: pause.mode,
  drain_timeout_ms: pause.drainTimeoutMs,
  on_timeout: pause.onTimeout,
  drain_deadline: pause.drainDeadlineMs === null ? null : new Date(pause.drainDeadlineMs).toISOString(),
  resume_behavior: pause.resumeBehavior,
  release: pause.release,
  resume_when: pause.resumeWhen,
  remedy: pause.remedy,
  paused_at: pause.pausedAt,
  ended_at: pause.endedAt,
  ended_by: pause.endedBy,
  verified: pause.verified,
  checkpoint: pause.checkpoint && presentCheckpoint(pause.checkpoint),
});

const presentCheckpoint = (
  checkpoint: PauseCheckpoint,
): NonNullable<z.input<typeof PauseCheckpointView>> => ({
  checkpoint_id: checkpoint.checkpointId,
  parent_checkpoint_id: checkpoint.parentId,
  sha256: checkpoint.sha256,
  step: checkpoint.step,
  next: checkpoint.next,
  unsafe: checkpoint.unsafe,
  taken_at: checkpoint.takenAt,
  code_fingerprint: checkpoint.code?.sha256 ?? null,
  langgraph_version: checkpoint.code?.langgraph ?? null,
  state_version: checkpoint.code?.stateVersion ?? null,
  assistant_version: checkpoint.assistantVersion,
  config: checkpoint.config,
  context: checkpoint.context,
  environment: checkpoint.environment,
});
