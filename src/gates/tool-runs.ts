import type { BaseMessage } from '@langchain/core/messages';
import type { ToolRun } from '../model/tool-run.ts';
import { decisionOn, type DecisionRecord } from './decisions.ts';
import { callsOf, lastTurn } from './tool-calls.ts';

export type { ToolRun };

/**
 * The calls of the last AI message that have a result and that no person refused or answered: those that ran.
 * A call that could not even start (an unknown tool, arguments that do not fit) counts as `failed`.
 */
export const lastToolRuns = (
  messages: readonly BaseMessage[],
  decisions: readonly DecisionRecord[],
): ToolRun[] => {
  const turn = lastTurn(messages);
  if (turn === undefined) return [];
  const results = new Map(turn.answers.map((answer) => [answer.tool_call_id, answer]));
  const { message } = turn;
  return callsOf(message).valid.flatMap((call): ToolRun[] => {
    const { id, name, args } = call;
    const result = results.get(id);
    const decision = decisionOn(decisions, { message, call });
    if (result === undefined || (decision !== undefined && decision.released === undefined)) return [];
    return [
      {
        ...(message.id !== undefined && { messageId: message.id }),
        toolCallId: id,
        tool: name,
        args,
        by: decision === undefined ? 'policy' : 'person',
        ...(decision?.decidedBy === undefined ? {} : { decidedBy: decision.decidedBy }),
        outcome: result.status === 'error' ? 'failed' : 'done',
      },
    ];
  });
};
