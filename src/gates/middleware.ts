import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { messagesStateReducer } from '@langchain/langgraph';
import { createMiddleware } from 'langchain';
import { z } from 'zod';
import { decideCalls } from './decide.ts';
import type { DecisionRecord } from './decisions.ts';
import { inLegalOrder } from './message-order.ts';
import type { ApprovalOptions } from './policy.ts';
import { unanswered, wantsTools } from './tool-calls.ts';
import { lastToolRuns, type ToolRun } from './tool-runs.ts';
import { toldMalformed, toldOrThrown } from './tools-node.ts';

/** The records of the gate in the agent's state. Optional, because no caller has to give them. */
const Records = z.object({
  decisions: z.array(z.custom<DecisionRecord>()).optional(),
  toolRuns: z.array(z.custom<ToolRun>()).optional(),
});

interface State {
  messages: BaseMessage[];
  decisions?: DecisionRecord[] | undefined;
  toolRuns?: ToolRun[] | undefined;
}

const afterModel = (state: State, options: ApprovalOptions) => {
  const { messages, decisions } = decideCalls(state.messages, options);
  const written = [...messages, ...unanswered(state.messages).invalid.map(toldMalformed)];
  const nothingLeft = !wantsTools(messagesStateReducer(state.messages, written));
  const answered = written.some((message) => ToolMessage.isInstance(message));
  return {
    messages: written,
    decisions: [...(state.decisions ?? []), ...decisions],
    ...(answered && nothingLeft ? { jumpTo: 'model' as const } : {}),
  };
};

/** What ran since the model last spoke. Asked again at the same place, it adds nothing. */
const newRuns = ({ messages, decisions = [], toolRuns = [] }: State): { toolRuns?: ToolRun[] } => {
  const last = lastToolRuns(messages, decisions);
  const added = last.filter(
    (run) => !toolRuns.some((one) => one.messageId === run.messageId && one.toolCallId === run.toolCallId),
  );
  return added.length === 0 ? {} : { toolRuns: [...toolRuns, ...added] };
};

/**
 * The approval gate for LangChain's `createAgent`: the same policy, question, answers and records as `approvalGate`.
 * One question for all held calls of a step, in which exactly what was approved runs (LangChain's own
 * `humanInTheLoopMiddleware` drops the approved calls of a step in which another one is rejected).
 *
 * It also keeps the agent alive: a model's malformed call is told to the model, a tool that throws as well; a drain
 * passes through a tool, so that a sub-agent in it can be paused; and the model is sent the conversation in an order
 * that model APIs accept. `langchain` must be installed beside this package.
 *
 * @example
 * createAgent({ model, tools, middleware: [approvalMiddleware({ policy: { search: 'never', send_email: 'always' } })] })
 */
export const approvalMiddleware = (options: ApprovalOptions) =>
  createMiddleware({
    name: 'ApprovalMiddleware',
    stateSchema: Records,
    beforeModel: (state) => newRuns(state as State),
    wrapModelCall: (request, handler) => handler({ ...request, messages: inLegalOrder(request.messages) }),
    afterModel: {
      canJumpTo: ['model'],
      hook: (state) => afterModel(state as State, options),
    },
    wrapToolCall: async (request, handler) => {
      try {
        return await handler(request);
      } catch (error) {
        const { id = '', name } = request.toolCall;
        return toldOrThrown(error, { id, name }, request.runtime.signal);
      }
    },
    afterAgent: (state) => newRuns(state as State),
  });
