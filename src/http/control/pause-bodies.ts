import { z } from 'zod';
import { PAUSE_DEFAULTS } from '../../lifecycle/pause-thread.ts';
import { ON_TIMEOUT, PAUSE_MODES, RELEASES, RESUME_BEHAVIORS } from '../../model/pause.ts';
import { ResumeWhen } from '../../model/resume-condition.ts';
import type { RunCommand } from '../../model/run.ts';
import { LONGEST_KEY } from '../idempotency-key.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { CommandBody } from '../schemas.ts';

/** What a pause of a thread, an assistant or everything is asked for with. */
export const PauseTermsBody = z.object({
  reason: z.string().trim().min(1).max(2000),
  mode: z.enum(PAUSE_MODES).optional().meta({
    description: '`drain`: at the end of the step in flight; `now`: it is cut, and runs again',
    default: PAUSE_DEFAULTS.mode,
  }),
  drain_timeout_ms: z.int().min(1).max(86_400_000).optional().meta({
    description: 'How long the step in flight may take',
    default: PAUSE_DEFAULTS.drainTimeoutMs,
  }),
  on_timeout: z.enum(ON_TIMEOUT).optional().meta({
    description: 'Then: `extend` doubles the time, `force` cuts the step',
    default: PAUSE_DEFAULTS.onTimeout,
  }),
  resume_behavior: z.enum(RESUME_BEHAVIORS).optional().meta({
    description:
      '`restart_step`: from the checkpoint before the step; `await_instructions`: not without `additional_context`, `data` or `command`',
    default: PAUSE_DEFAULTS.resumeBehavior,
  }),
  release: z.enum(RELEASES).optional().meta({
    description: '`idle` keeps a warm worker; `shutdown` ends one that holds nothing else',
    default: PAUSE_DEFAULTS.release,
  }),
  resume_when: ResumeWhen.nullish(),
});

/** The terms as the use-case takes them. */
export const toTerms = (body: z.output<typeof PauseTermsBody>) => ({
  reason: body.reason,
  ...(body.mode && { mode: body.mode }),
  ...(body.drain_timeout_ms !== undefined && { drainTimeoutMs: body.drain_timeout_ms }),
  ...(body.on_timeout && { onTimeout: body.on_timeout }),
  ...(body.resume_behavior && { resumeBehavior: body.resume_behavior }),
  ...(body.release && { release: body.release }),
  ...(body.resume_when != null && { resumeWhen: body.resume_when }),
});

/** What a resume, and the look before it, is asked for with. */
export const ResumeBody = z
  .object({
    trigger: z.string().min(1).max(200).nullish().meta({
      description: 'What set it off, for the log and for `onResume` of the graph',
      default: 'manual',
    }),
    data: z
      .unknown()
      .optional()
      .meta({ description: 'For `onResume` of the graph; where it has none, a message of a person' }),
    additional_context: z.string().max(100_000).nullish().meta({ description: 'The same, as a text' }),
    command: CommandBody.nullish().meta({ description: 'As that of a run: it answers, changes or jumps' }),
    on_drift: z.enum(['refuse', 'accept', 'migrate']).nullish().meta({
      description:
        'Where code or configuration changed since the pause: `refuse`, the same as `migrate`, goes on only where the graph has a migration; `accept` goes on without one, with what is in force now',
      default: 'refuse',
    }),
    force: z.boolean().nullish().meta({
      description: 'Past the failed checks that can be overruled; it is in the log',
      default: false,
    }),
    from_checkpoint_id: z
      .string()
      .min(1)
      .nullish()
      .meta({ description: 'Go on from this checkpoint of the thread, not from that of the pause' }),
    resume_token: z.string().nullish().meta({ description: 'When given it must be that of the pause' }),
    idempotency_key: z.string().min(1).max(LONGEST_KEY).nullish().meta({
      description:
        'As the header `Idempotency-Key`: asked again with the same key, it resumes once and answers the same, until it is resumed anew',
    }),
    cascade: z.boolean().nullish().meta({ description: 'Also the threads that were paused with it' }),
    budget: z
      .strictObject({ max_tokens: z.int().min(1).optional(), max_cost: z.number().positive().optional() })
      .nullish()
      .meta({ description: 'What the run may spend from now on, where a budget was reached' }),
  })
  .prefault({});

/** What is asked of a resume, as the use-case takes it. */
export const toResume = (body: z.output<typeof ResumeBody>) => ({
  ...broughtAlong(body),
  trigger: body.trigger ?? 'manual',
  onDrift: body.on_drift ?? 'refuse',
  force: body.force ?? false,
  fromCheckpointId: body.from_checkpoint_id ?? null,
  resumeToken: body.resume_token ?? null,
});

/** What the run is given to go on with. */
const broughtAlong = (body: z.output<typeof ResumeBody>) => ({
  data: incomingState(body.data, 'data') ?? null,
  additionalContext: body.additional_context ?? null,
  command: (incomingState(body.command ?? undefined, 'command') as RunCommand | undefined) ?? null,
  budget: body.budget ? budgetOf(body.budget) : null,
});

const budgetOf = ({
  max_tokens: maxTokens,
  max_cost: maxCost,
}: NonNullable<z.output<typeof ResumeBody>['budget']>) => ({
  ...(maxTokens !== undefined && { maxTokens }),
  ...(maxCost !== undefined && { maxCost }),
});
