import { z } from 'zod';
import { DECISIONS, STICKY_SCOPES } from '../../model/approval.ts';
import type { Assistant } from '../../model/assistant.ts';
import { ownMetadata } from '../../model/auth-filter.ts';
import { HoldpointError } from '../../model/errors.ts';
import { presentCheck } from '../../lifecycle/resume-thread.ts';
import { check, MOST_LISTED } from '../bounds.ts';
import { ApprovalDecision, verdictsOf } from '../control/approval-view.ts';
import { presentPause } from '../control/pause-view.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { toLaunchInput } from '../platform/run-request.ts';
import { RunCreate, Uuid } from '../schemas.ts';
import { presentQuestion, presentTask, seeThread, waitFor, type ToolCall } from './call.ts';
import type { McpDeps } from './deps.ts';
import { actorOf, readAs, type RequestFacts } from '../route.ts';
import { searchVisible } from '../visible.ts';

/** A tool of the server: what it takes, and what it does with it. */
export interface McpTool {
  name: string;
  description: string;
  input: z.ZodType;
  readOnly: boolean;
  run: (call: ToolCall, input: unknown) => Promise<object>;
}

const tool = <T extends z.ZodType>(
  spec: Omit<McpTool, 'input' | 'run'> & {
    input: T;
    run: (call: ToolCall, input: z.output<T>) => Promise<object>;
  },
): McpTool => spec as unknown as McpTool;

/** Most clients give a call up after a minute. */
const PATIENCE_MS = 50_000;

const waiting = {
  wait: z.boolean().default(true).describe('Wait for the result; false answers at once with the ids'),
  wait_ms: z
    .int()
    .min(0)
    .max(600_000)
    .default(PATIENCE_MS)
    .describe('How long to wait at most, in milliseconds; the run goes on, and get_run tells of it'),
};

const patienceOf = ({ wait, wait_ms }: { wait: boolean; wait_ms: number }): number => (wait ? wait_ms : 0);

const ThreadId = Uuid.describe('The conversation');

const Launch = z.object({
  message: z.string().min(1).optional().describe('What to say to the agent'),
  input: z.record(z.string(), z.unknown()).optional().describe('Or the input of its graph, as JSON'),
  thread_id: ThreadId.optional().describe('The conversation to go on with; a new one when left out'),
  ...waiting,
});

/** An assistant as a tool: launch and wait, or launch and return. */
const assistantTool = (name: string, assistant: Assistant): McpTool =>
  tool({
    name,
    description: `${assistant.description ?? `Launches the agent "${assistant.name}".`} Answers with its result; when it asks for a decision, with the question, to be answered with decide.`,
    input: Launch,
    readOnly: false,
    run: async (call, given) => {
      const { deps, request } = call;
      const { message, input, thread_id: threadId } = given;
      if (message === undefined && input === undefined)
        throw invalid('message', 'give a message, or an input');
      if (threadId !== undefined) await seeThread(call, threadId);
      const said = message === undefined ? {} : { messages: [{ role: 'user', content: message }] };
      const body = readAs(RunCreate, {
        assistant_id: assistant.assistantId,
        input: { ...input, ...said },
        if_not_exists: 'create',
        multitask_strategy: 'enqueue',
        metadata: { ...(request.filters && ownMetadata(request.filters)), via: 'mcp' },
      });
      const asked = { threadId: threadId ?? deps.newId(), body, request, live: false };
      const { runId } = await deps.launchRun(toLaunchInput(asked, deps.newId));
      return presentTask(call, await waitFor(call, runId, patienceOf(given)));
    },
  });

const OPERATING: McpTool[] = [
  tool({
    name: 'get_run',
    description: 'How a run stands, what it said or asks. Waits for it when wait is true.',
    input: z.object({ run_id: Uuid, ...waiting, wait: waiting.wait.default(false) }),
    readOnly: true,
    run: async (call, { run_id, ...given }) => {
      const { root } = await call.deps.tasks.get(run_id);
      await seeThread(call, root.threadId);
      return presentTask(call, await waitFor(call, run_id, patienceOf(given)));
    },
  }),
  tool({
    name: 'list_questions',
    description: 'What agents wait for a decision on, oldest first.',
    input: z.object({
      thread_id: ThreadId.optional(),
      limit: z.int().min(1).max(100).default(20),
      offset: z.int().min(0).default(0),
    }),
    readOnly: true,
    run: async (call, { thread_id: threadId, limit, offset }) => {
      const { items, total } = await searchVisible(call, {
        search: (page) => call.deps.searchApprovals({ status: 'waiting', threadId, ...page }),
        threadOf: (question) => question.threadId,
        limit,
        offset,
      });
      return { questions: items.map(presentQuestion), total };
    },
  }),
  tool({
    name: 'decide',
    description:
      'Decides a question, once: approve, edit (with args), reject or respond. Of several tool calls give decisions, one for each, in their order.',
    input: z.object({
      question_id: Uuid,
      decision: z.enum(DECISIONS).optional(),
      decisions: z
        .array(z.looseObject({ decision: z.enum(DECISIONS) }))
        .max(MOST_LISTED)
        .optional(),
      args: z.record(z.string(), z.unknown()).optional().describe('With edit: the arguments to call with'),
      message: z.string().optional().describe('Why, or the response'),
      answer: z.unknown().optional().describe('With respond, to a question that holds no call: any JSON'),
      payload_hash: z.string().optional().describe('Of the question as it was seen'),
      decided_by: z.string().min(1).max(200).optional().describe('Who says so, if not the caller'),
      remember: z
        .enum(STICKY_SCOPES)
        .optional()
        .describe('Answer later calls of these tools on this thread, or of this assistant, likewise'),
      ...waiting,
    }),
    readOnly: false,
    run: async (call, { question_id, wait, wait_ms, ...said }) => {
      const { deps, request } = call;
      const question = await deps.getApproval(question_id);
      await seeThread(call, question.threadId);
      const parsed = check(ApprovalDecision, said);
      if (!parsed.success) throw invalid('decision', 'give a decision, or decisions');
      const { runId, already } = await deps.decideApproval({
        approvalId: question_id,
        verdicts: verdictsOf(parsed.data),
        decidedBy: actorOf(request, said.decided_by),
        payloadHash: said.payload_hash,
        remember: said.remember,
        actor: request.actor,
        traceparent: request.traceparent,
      });
      const task = await waitFor(call, runId, patienceOf({ wait, wait_ms }));
      return { already, ...(await presentTask(call, task)) };
    },
  }),
  tool({
    name: 'pause',
    description: 'Pauses what runs on a thread at the end of its step, where it can be resumed.',
    input: z.object({
      thread_id: ThreadId,
      reason: z.string().trim().min(1).max(2000),
      mode: z.enum(['drain', 'now']).default('drain').describe('now cuts the step in flight'),
    }),
    readOnly: false,
    run: async (call, { thread_id: threadId, reason, mode }) => {
      await seeThread(call, threadId);
      const { pause } = await call.deps.requestPause({
        threadId,
        reason,
        mode,
        actor: call.request.actor,
      });
      return presentPause(pause);
    },
  }),
  tool({
    name: 'resume',
    description: 'Lets a paused thread go on, once every check passed; else it says which did not.',
    input: z.object({
      thread_id: ThreadId,
      additional_context: z.string().max(100_000).optional().describe('Text for the agent'),
      data: z.unknown().optional().describe('JSON for its graph'),
      on_drift: z.enum(['refuse', 'accept', 'migrate']).default('refuse'),
    }),
    readOnly: false,
    run: async (call, { thread_id: threadId, additional_context, data, on_drift: onDrift }) => {
      await seeThread(call, threadId);
      const { run, attempt, preflight } = await call.deps.resumeThread({
        threadId,
        actor: call.request.actor,
        additionalContext: additional_context ?? null,
        data: incomingState(data, 'data') ?? null,
        onDrift,
      });
      return { run_id: run.runId, attempt, preflight: preflight.map(presentCheck) };
    },
  }),
];

/** Assistants that are tools. */
const MOST_ASSISTANTS = 200;

/** The tools there are for this caller: each assistant that they may use, and what operates their runs. */
export const toolsFor = async ({ assistants }: McpDeps, { mayUse }: RequestFacts): Promise<McpTool[]> => {
  const query = { limit: MOST_ASSISTANTS, offset: 0, sortBy: 'created_at', sortOrder: 'asc' } as const;
  const { items } = await assistants.search(query);
  const taken = new Set(OPERATING.map(({ name }) => name));
  const tools: McpTool[] = [];
  for (const assistant of items)
    if (!mayUse || (await mayUse(assistant)))
      tools.push(assistantTool(freeName(assistant, taken), assistant));
  return [...tools, ...OPERATING];
};

/** Its name as a tool may be called, with the beginning of its id where another has that name. */
const freeName = ({ name, assistantId }: Assistant, taken: Set<string>): string => {
  const plain = name.replace(/[^\w-]+/g, '_').slice(0, 50) || 'agent';
  const free = taken.has(plain) ? `${plain}_${assistantId.slice(0, 8)}` : plain;
  taken.add(free);
  return free;
};

const invalid = (field: string, problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `${field}: ${problem}.`, { details: { field } });
