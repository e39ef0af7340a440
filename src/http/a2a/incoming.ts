import type { Message } from '@a2a-js/sdk';
import { DECISIONS, type Approval, type DecisionKind, type StickyScope } from '../../model/approval.ts';
import { HoldpointError } from '../../model/errors.ts';
import { isRecord } from '../../model/json.ts';
import { readQuestion } from '../../model/question-payload.ts';
import type { Verdict } from '../../model/decision.ts';
import { check } from '../bounds.ts';
import { ApprovalDecision, verdictsOf } from '../control/approval-view.ts';
import { incomingState } from '../platform/incoming-state.ts';

/** What a message says: its text, the data beside it, and files. */
interface Said {
  text: string;
  data: Record<string, unknown>[];
  blocks: Record<string, unknown>[];
}

const readParts = ({ parts }: Message): Said => {
  const said: Said = { text: '', data: [], blocks: [] };
  for (const part of parts) {
    const { content } = part;
    if (content?.$case === 'text') said.text += (said.text === '' ? '' : '\n') + content.value;
    if (content?.$case === 'data') said.data.push(asRecord(content.value));
    if (content?.$case === 'url' || content?.$case === 'raw') said.blocks.push(fileBlock(part));
  }
  return said;
};

const asRecord = (value: unknown): Record<string, unknown> => {
  if (isRecord(value)) return value;
  throw invalid('message.parts', 'the data of a part is a JSON object');
};

/** A file as LangChain's content blocks say it. */
const fileBlock = ({ content, mediaType, filename }: Message['parts'][number]): Record<string, unknown> => {
  const kind = /^(image|audio)\//.exec(mediaType)?.[1] ?? 'file';
  const about = {
    ...(mediaType !== '' && { mime_type: mediaType }),
    ...(filename !== '' && { metadata: { filename } }),
  };
  return content?.$case === 'raw'
    ? { type: kind, source_type: 'base64', data: Buffer.from(content.value).toString('base64'), ...about }
    : { type: kind, source_type: 'url', url: content?.value as unknown, ...about };
};

/** The input of a new task: data parts are state, text and files are a message of the user. */
export const toInput = (message: Message): Record<string, unknown> => {
  const { text, data, blocks } = readParts(message);
  const state = Object.assign({}, ...data) as Record<string, unknown>;
  const content = blocks.length === 0 ? text : [...(text === '' ? [] : [{ type: 'text', text }]), ...blocks];
  const spoken = content.length > 0;
  if (!spoken && data.length === 0) throw invalid('message.parts', 'the message is empty');
  const id = message.messageId === '' ? {} : { id: message.messageId };
  const input = {
    ...state,
    ...(spoken && { messages: [...earlier(state), { role: 'user', content, ...id }] }),
  };
  return incomingState(input, 'message.parts') as Record<string, unknown>;
};

const earlier = ({ messages }: Record<string, unknown>): unknown[] =>
  Array.isArray(messages) ? (messages as unknown[]) : [];

/** How a message answers the questions of its task. */
export type TaskAnswer =
  | {
      kind: 'decide';
      approvalId: string;
      verdicts: Verdict[];
      payloadHash?: string | undefined;
      additionalContext?: string | undefined;
      remember?: StickyScope | undefined;
      /** Who the message says has decided. */
      claimed?: string | undefined;
    }
  | { kind: 'resume'; resume: unknown };

/**
 * Reads an answer: a data part `{decision}`, `{decisions}` or `{answer}`, with `question_id` when more than one waits;
 * `{resume}` as on the LangGraph wire; or text, which is the word of a decision or the answer itself.
 * @throws {HoldpointError} `invalid_request`.
 */
export const toAnswer = (message: Message, questions: readonly Approval[]): TaskAnswer => {
  const { text, data } = readParts(message);
  const said = Object.assign({}, ...data) as Record<string, unknown>;
  if ('resume' in said) return { kind: 'resume', resume: incomingState(said['resume'], 'resume') };
  const approval = theQuestion(said['question_id'], questions);
  const { question_id: _id, ...rest } = said;
  if (Object.keys(rest).length === 0) return fromText(text, approval);
  const decision = 'answer' in rest && !('decision' in rest) ? { decision: 'respond', ...rest } : rest;
  const parsed = check(ApprovalDecision, decision);
  if (!parsed.success) throw invalid('message.parts', 'the data part is no decision: see docs/a2a.md');
  return {
    kind: 'decide',
    approvalId: approval.approvalId,
    verdicts: verdictsOf(parsed.data),
    payloadHash: parsed.data.payload_hash,
    additionalContext: parsed.data.additional_context ?? (text === '' ? undefined : text),
    remember: parsed.data.remember,
    claimed: parsed.data.decided_by,
  };
};

const theQuestion = (id: unknown, questions: readonly Approval[]): Approval => {
  const named = questions.filter(({ approvalId }) => id === undefined || approvalId === id);
  const [approval, ...others] = named;
  if (approval && others.length === 0) return approval;
  const ids = questions.map(({ approvalId }) => approvalId).join(', ');
  throw invalid(
    'question_id',
    approval
      ? `${questions.length} questions wait: name one of ${ids}`
      : `no such question waits on this task: there is ${ids}`,
  );
};

const fromText = (text: string, { approvalId, payload }: Approval): TaskAnswer => {
  const said = text.trim();
  if (said === '') throw invalid('message.parts', 'the message is empty');
  const { calls } = readQuestion(JSON.parse(payload));
  const word = DECISIONS.find((decision) => decision === said.toLowerCase());
  if (calls.length === 0) return { kind: 'decide', approvalId, verdicts: [plainVerdict(said, word)] };
  if (word === 'approve' || word === 'reject')
    return { kind: 'decide', approvalId, verdicts: calls.map(() => ({ decision: word })) };
  const [call, ...more] = calls;
  if (more.length === 0 && call?.allowed.includes('respond'))
    return { kind: 'decide', approvalId, verdicts: [{ decision: 'respond', message: said }] };
  throw invalid(
    'message.parts',
    'tool calls wait: say "approve" or "reject", or send a data part with decisions',
  );
};

const plainVerdict = (said: string, word: DecisionKind | undefined): Verdict =>
  word === 'approve' || word === 'reject' ? { decision: word } : { decision: 'respond', message: said };

export const invalid = (field: string, problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `${field}: ${problem}.`, { details: { field } });
