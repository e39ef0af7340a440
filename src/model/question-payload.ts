import { DECISIONS, EXPIRY_RULES, type DecisionKind, type ExpiryRule } from './approval.ts';
import { toUtc } from './clock.ts';
import { isRecord } from './json.ts';

/** A call of a tool that a question holds. */
export interface HeldToolCall {
  id: string | null;
  name: string;
  args: unknown;
  description: string | null;
  allowed: DecisionKind[];
}

/**
 * How a question is to be answered: `hitl` as LangChain's human-in-the-loop requests and our gates, `inbox` as Agent
 * Inbox's older `HumanInterrupt`, `plain` in the graph's own words.
 */
export type QuestionDialect = 'hitl' | 'inbox' | 'plain';

/** What a question says of itself, whoever asked it. */
export interface ReadQuestion {
  dialect: QuestionDialect;
  calls: HeldToolCall[];
  description: string | null;
  deadline: { expiresAt: string | number | null; onExpiry: ExpiryRule };
}

/** Reads a question's payload. Never throws: what is in no known form is a plain question. */
export const readQuestion = (payload: unknown): ReadQuestion => {
  const description = isRecord(payload) ? text(payload['description']) : null;
  return { ...readCalls(payload), description, deadline: readDeadline(payload) };
};

const readCalls = (payload: unknown): Pick<ReadQuestion, 'dialect' | 'calls'> => {
  const requests = isRecord(payload) ? either(payload, 'action_requests', 'actionRequests') : undefined;
  if (isRecord(payload) && Array.isArray(requests) && requests.length > 0 && requests.every(isRecord)) {
    const configs = either(payload, 'review_configs', 'reviewConfigs');
    const calls = requests.map((request, index) => hitlCall(request, configOf(configs, request, index)));
    return { dialect: 'hitl', calls };
  }
  const inbox = Array.isArray(payload) ? payload : [payload];
  if (inbox.length > 0 && inbox.every(isInbox)) return { dialect: 'inbox', calls: inbox.map(inboxCall) };
  return { dialect: 'plain', calls: [] };
};

const hitlCall = (
  request: Record<string, unknown>,
  config: Record<string, unknown> | undefined,
): HeldToolCall => {
  const allowed: unknown = config && either(config, 'allowed_decisions', 'allowedDecisions');
  return {
    id: text(either(request, 'tool_call_id', 'toolCallId')),
    name: text(request['name']) ?? text(request['action']) ?? '',
    args: either(request, 'args', 'arguments') ?? {},
    description: text(request['description']),
    allowed: Array.isArray(allowed) ? DECISIONS.filter((kind) => allowed.includes(kind)) : [...DECISIONS],
  };
};

/** The entry of that tool's name, else the one in the same place. */
const configOf = (
  configs: unknown,
  request: Record<string, unknown>,
  index: number,
): Record<string, unknown> | undefined => {
  if (!Array.isArray(configs)) return undefined;
  const records = configs.filter(isRecord);
  const same = records[index];
  const names = (config: Record<string, unknown>) => either(config, 'action_name', 'actionName');
  if (same && names(same) === request['name']) return same;
  return records.find((config) => names(config) === request['name']) ?? same;
};

interface InboxRequest extends Record<string, unknown> {
  action_request: Record<string, unknown>;
  config: Record<string, unknown>;
}

const isInbox = (value: unknown): value is InboxRequest =>
  isRecord(value) &&
  isRecord(value['action_request']) &&
  typeof value['action_request']['action'] === 'string' &&
  isRecord(value['config']);

const INBOX_ALLOWS = {
  approve: 'allow_accept',
  edit: 'allow_edit',
  reject: 'allow_ignore',
  respond: 'allow_respond',
} as const satisfies Record<DecisionKind, string>;

const inboxCall = ({ action_request: request, config, description }: InboxRequest): HeldToolCall => ({
  id: null,
  name: String(request['action']),
  args: request['args'] ?? {},
  description: text(description),
  allowed: DECISIONS.filter((kind) => config[INBOX_ALLOWS[kind]] === true),
});

/** `expires_at` (ISO 8601) or `expires_in_ms`, which is answered as a number; and `on_expiry`. */
const readDeadline = (payload: unknown): ReadQuestion['deadline'] => {
  const none = { expiresAt: null, onExpiry: 'stay' as const };
  if (!isRecord(payload)) return none;
  const onExpiry = EXPIRY_RULES.find((rule) => rule === payload['on_expiry']) ?? 'stay';
  const { expires_in_ms: inMs, expires_at: at } = payload;
  if (typeof inMs === 'number' && inMs >= 0 && inMs <= MAX_DEADLINE_MS) return { expiresAt: inMs, onExpiry };
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return none;
  return { expiresAt: toUtc(at), onExpiry };
};

/** A hundred years. */
const MAX_DEADLINE_MS = 100 * 365 * 86_400_000;

const either = (record: Record<string, unknown>, snake: string, camel: string): unknown =>
  record[snake] ?? record[camel];

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
