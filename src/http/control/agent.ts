import { z } from 'zod';
import type { AgentProgress, AgentSessions } from '../../lifecycle/agent-session.ts';
import { textOfContent } from '../../model/message-text.ts';
import { isRecord } from '../../model/json.ts';
import type { Run } from '../../model/run.ts';
import { STATE_WORDS, type LifecycleState } from '../../model/wire-status.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { toLaunchInput } from '../platform/run-request.ts';
import { onceOf } from '../idempotency-key.ts';
import { readAs, Reply, route, type Route } from '../route.ts';
import { AN_ID, JsonObjectBody, RunCreate, Uuid } from '../schemas.ts';
import { scopesOfAnswer } from '../scopes.ts';
import { ApprovalView, presentApproval } from './approval-view.ts';

const tag = 'agent';

export interface AgentDeps {
  agent: AgentSessions;
  newId: () => string;
}

const Status = z
  .enum([
    'queued',
    'running',
    'draining',
    'paused',
    'awaiting_decision',
    'stopped',
    'success',
    'error',
    'timeout',
    'cancelled',
  ] as const satisfies LifecycleState[])
  .meta({ description: 'Where it is, in the words of `lifecycle.state`' });

const Launched = z.object({ id: z.guid(), run_id: z.guid(), status: Status });

const ProgressView = Launched.extend({
  steps: z.number().meta({ description: 'Steps it has done' }),
  last_step: z
    .array(z.string())
    .meta({ description: 'What ran in the last one: several where they ran together' }),
  result: z.unknown().meta({ description: 'What it came to; null until its status is `success`' }),
  answer: z
    .string()
    .nullable()
    .meta({ description: 'The last thing it said, where its result has messages' }),
  questions: z.array(ApprovalView).meta({ description: 'What waits for a person' }),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it was paused, stopped or cancelled, or has failed' }),
  since: z.string(),
});

const Work = z
  .looseObject({
    task: z.string().min(1).max(1_000_000).optional().meta({ description: 'What to do, in words' }),
    messages: z.array(z.unknown()).min(1).optional(),
    input: JsonObjectBody.optional().meta({ description: 'The whole input of the graph' }),
    agent: z.string().min(1).max(200).optional().meta({
      description:
        "An assistant's id or name, or a graph's id; not needed where there is one graph, or one called agent",
    }),
    metadata: JsonObjectBody.optional(),
    id: Uuid.optional().meta({ description: 'Go on with this one; made where it is not there' }),
  })
  .refine(
    ({ task, messages, input }) =>
      [task, messages, input].filter((given) => given !== undefined).length === 1,
    'give one of task, messages and input',
  );

const Of = z.looseObject({ id: Uuid });

/** An agent's life in four calls: launch, look, pause, resume. */
export const agentRoutes = (deps: AgentDeps): Route[] => [
  launching(deps),
  pausing(deps),
  resuming(deps),
  looking(deps),
];

const launching = (deps: AgentDeps): Route =>
  route({
    method: 'post',
    path: '/agent/launch',
    scope: 'run',
    tag,
    summary: 'Give an agent something to do; it is on disk when this answers',
    example: { task: 'Write the list of changes to changes.md' },
    body: Work,
    idempotent: true,
    response: Launched,
    status: 202,
    handle: async ({ body, request }) => {
      const run = readAs(RunCreate, { assistant_id: body.agent ?? '-', ...runOf(body) });
      const input = toLaunchInput(
        { threadId: body.id ?? deps.newId(), body: run, request, live: false },
        deps.newId,
      );
      const once = onceOf(request, { kind: 'run', threadId: body.id ?? null });
      return new Reply(202, presentLaunched(await deps.agent.launch({ ...input, once, agent: body.agent })));
    },
  });

/** As a run that can be followed, of an agent that is found later. */
const runOf = (work: z.output<typeof Work>) => ({
  input: inputOf(work),
  metadata: work.metadata,
  if_not_exists: 'create',
  stream_mode: ['values', 'updates', 'messages-tuple', 'custom'],
});

const inputOf = ({ task, messages, input }: z.output<typeof Work>): unknown => {
  if (task !== undefined) return { messages: [{ role: 'user', content: task }] };
  return messages === undefined ? input : { messages };
};

const pausing = (deps: AgentDeps): Route =>
  route({
    method: 'post',
    path: '/agent/pause',
    scope: 'operate',
    tag,
    summary: 'Pause it at the end of its step; one that is draining or paused answers 200 and stays as it is',
    example: { id: AN_ID, reason: 'waiting for Redis' },
    body: Of.extend({ reason: z.string().trim().min(1).max(2000).default('asked for') }),
    response: Launched,
    status: 202,
    also: { status: 200, response: Launched },
    idempotent: true,
    handle: async ({ body, request }) => {
      const { id: threadId, reason } = body;
      const once = onceOf(request, { kind: 'pause', threadId });
      const { pause, created } = await deps.agent.pause({ threadId, reason, actor: request.actor, once });
      const { runId, state } = pause;
      return new Reply(created && state === 'draining' ? 202 : 200, {
        id: threadId,
        run_id: runId,
        status: state,
      });
    },
  });

const resuming = (deps: AgentDeps): Route =>
  route({
    method: 'post',
    path: '/agent/resume',
    scope: 'operate',
    moreScopes: scopesOfAnswer('answer'),
    tag,
    summary: 'Go on with what is paused, or answer the question that waits',
    example: { id: AN_ID, answer: 'approve' },
    body: Of.extend({
      context: z.string().min(1).max(20_000).optional().meta({ description: 'More for the agent to know' }),
      answer: z.unknown().optional().meta({
        description:
          'To held tool calls: "approve", "reject", a text to answer in their place, {decision, args?, message?}, or a list with one for each; to any other question: what it asks for',
      }),
    }),
    response: Launched,
    status: 202,
    handle: async ({ body, request }) => {
      const { id: threadId, context } = body;
      const answer = incomingState(body.answer, 'answer');
      const run = await deps.agent.resume({ threadId, context, answer, actor: request.actor });
      return new Reply(202, presentLaunched(run));
    },
  });

const looking = (deps: AgentDeps): Route =>
  route({
    method: 'get',
    path: '/agent/:id',
    scope: 'read',
    tag,
    summary: 'How far it has come: its status, what it did last, what it asks, and what it came to',
    params: z.object({ id: Uuid }),
    response: ProgressView,
    handle: async ({ params }) => presentProgress(await deps.agent.progress(params.id)),
  });

const presentLaunched = ({ threadId, runId, state }: Run) => ({
  id: threadId,
  run_id: runId,
  status: STATE_WORDS[state].lifecycle,
});

const presentProgress = ({ run, steps, lastStep, result, questions }: AgentProgress) => {
  const values = result === null ? null : (JSON.parse(result) as unknown);
  return {
    ...presentLaunched(run),
    steps,
    last_step: lastStep,
    result: values,
    answer: answerIn(values),
    questions: questions.map(presentApproval),
    reason: run.failure?.message ?? run.reason,
    since: run.since,
  };
};

/** What the agent said last. */
const answerIn = (values: unknown): string | null => {
  const messages = isRecord(values) && Array.isArray(values['messages']) ? values['messages'] : [];
  const last = messages.filter(isRecord).findLast(({ type, role }) => type === 'ai' || role === 'assistant');
  return last ? textOfContent(last['content']) : null;
};
