import type { Answers } from './answer.ts';
import { HoldpointError } from './errors.ts';
import { isRecord } from './json.ts';
import type { Interrupts } from './thread.ts';

/**
 * Clients read and answer approval questions in two families of words: LangChain's `HITLRequest` (in camel or
 * snake case) and the older `HumanInterrupt`. Reading adds the words of the other family to a question, answering
 * puts an answer into the words of the family the graph asked in. What is stored stays as the graph wrote it.
 */
type Dialect = 'hitl' | 'human';

type Fields = Record<string, unknown>;

/** The question with every family's words added: nothing is removed or changed. Anything else comes back as it is. */
export const withDialects = (value: unknown): unknown => {
  if (!isRecord(value)) return value;
  if (isHitl(value)) return { ...humanView(value), ...value, ...hitlAliases(value) };
  if (isHuman(value)) return { ...hitlView(value), ...value };
  return value;
};

/**
 * The answer in the words of the question's own family. A question that speaks both, and an answer that is in no
 * family's words, are left alone.
 * @throws {HoldpointError} `invalid_request` when the answer decides about another number of actions than were asked.
 */
export const inDialectOf = (question: unknown, answer: unknown): unknown => {
  const asked = dialectsOf(question);
  if (asked.length !== 1 || !isRecord(question)) return answer;
  if (asked[0] === 'human') return isDecisions(answer) ? toHuman(question, answer.decisions) : answer;
  if (isDecisions(answer)) return { ...answer, decisions: answer.decisions.map(bothCasings) };
  return isHumanAnswer(answer) ? toDecisions(question, answer) : answer;
};

/** Each answer in the words of the question it is for; see {@link inDialectOf}. */
export const inTheirDialects = (answers: Answers, questions: Interrupts): Answers => {
  const asked = new Map(
    Object.values(questions)
      .flat()
      .map(({ id, value }) => [id, value]),
  );
  return Object.fromEntries(
    Object.entries(answers).map(([id, answer]) => [id, inDialectOf(asked.get(id), answer)]),
  );
};

const dialectsOf = (question: unknown): Dialect[] => {
  if (!isRecord(question)) return [];
  return [...(isHitl(question) ? ['hitl' as const] : []), ...(isHuman(question) ? ['human' as const] : [])];
};

const isHitl = (value: Fields): boolean => {
  const requests = value['actionRequests'] ?? value['action_requests'];
  return Array.isArray(requests) && requests.length > 0 && requests.every(isAction);
};

const isAction = (item: unknown): item is Fields => isRecord(item) && typeof item['name'] === 'string';

const isHuman = (value: Fields): boolean =>
  isRecord(value['action_request']) &&
  typeof value['action_request']['action'] === 'string' &&
  isRecord(value['config']);

/** Adds each name of a pair that is missing. */
const alias = (item: unknown, one: string, other: string): unknown => {
  if (!isRecord(item)) return item;
  const value = item[one] ?? item[other];
  return value === undefined ? item : { ...item, [one]: item[one] ?? value, [other]: item[other] ?? value };
};

const listOf = (value: Fields, camel: string, snake: string): unknown[] => {
  const list = value[camel] ?? value[snake];
  return Array.isArray(list) ? list : [];
};

const actionsOf = (value: Fields): Fields[] =>
  listOf(value, 'actionRequests', 'action_requests').map((item) =>
    alias(item, 'args', 'arguments'),
  ) as Fields[];

const reviewsOf = (value: Fields): unknown[] =>
  listOf(value, 'reviewConfigs', 'review_configs').map((item) =>
    alias(alias(item, 'actionName', 'action_name'), 'allowedDecisions', 'allowed_decisions'),
  );

const hitlAliases = (value: Fields): Fields => {
  const actions = actionsOf(value);
  const reviews = reviewsOf(value);
  return {
    actionRequests: actions,
    action_requests: actions,
    reviewConfigs: reviews,
    review_configs: reviews,
  };
};

/** What may be decided about an action; everything where nothing says otherwise. */
const allowedFor = (value: Fields, name: unknown): unknown[] => {
  const config = reviewsOf(value).find((item) => isRecord(item) && item['actionName'] === name);
  const allowed = isRecord(config) ? config['allowedDecisions'] : undefined;
  return Array.isArray(allowed) ? allowed : ['approve', 'edit', 'reject'];
};

/** The first action as the older clients show it; they know only one. */
const humanView = (value: Fields): Fields => {
  const [action] = actionsOf(value);
  const allowed = allowedFor(value, action?.['name']);
  return {
    action_request: { action: action?.['name'], args: action?.['args'] ?? {} },
    config: {
      allow_accept: allowed.includes('approve'),
      allow_edit: allowed.includes('edit'),
      allow_respond: allowed.includes('respond') || allowed.includes('reject'),
      allow_ignore: allowed.includes('reject'),
    },
    ...(action?.['description'] !== undefined && { description: action['description'] }),
  };
};

const hitlView = (value: Fields): Fields => {
  const { action, args } = value['action_request'] as Fields;
  const config = value['config'] as Fields;
  const decisions = [
    ...(config['allow_accept'] === true ? ['approve'] : []),
    ...(config['allow_edit'] === true ? ['edit'] : []),
    ...(config['allow_ignore'] === true || config['allow_respond'] === true ? ['reject'] : []),
    ...(config['allow_respond'] === true ? ['respond'] : []),
  ];
  const description = value['description'];
  return hitlAliases({
    actionRequests: [{ name: action, args, ...(description !== undefined && { description }) }],
    reviewConfigs: [{ actionName: action, allowedDecisions: decisions }],
  });
};

const isDecisions = (answer: unknown): answer is Fields & { decisions: unknown[] } =>
  isRecord(answer) && Array.isArray(answer['decisions']);

const HUMAN_ANSWERS = new Set<unknown>(['accept', 'edit', 'response', 'ignore']);

const isHumanAnswer = (answer: unknown): answer is Fields[] =>
  Array.isArray(answer) &&
  answer.length > 0 &&
  answer.every((item) => isRecord(item) && HUMAN_ANSWERS.has(item['type']));

const bothCasings = (decision: unknown): unknown => alias(decision, 'editedAction', 'edited_action');

const toDecisions = (question: Fields, answer: Fields[]): unknown => {
  const actions = actionsOf(question);
  requireOneEach(actions.length, answer.length);
  return {
    decisions: answer.map((item, index) => toDecision(item, { question, action: actions[index] ?? {} })),
  };
};

const toDecision = (item: Fields, { question, action }: { question: Fields; action: Fields }): unknown => {
  const { type, args } = item;
  if (type === 'accept') return { type: 'approve' };
  if (type === 'edit') return bothCasings({ type, editedAction: editedAction(args, action) });
  if (type === 'ignore') return { type: 'reject' };
  const said = typeof args === 'string' ? { message: args } : {};
  const responds = allowedFor(question, action['name']).includes('respond');
  return { type: responds ? 'respond' : 'reject', ...said };
};

/** The Agent Inbox wraps the arguments with the name of the action; others send them bare. */
const editedAction = (args: unknown, { name }: Fields): Fields =>
  isRecord(args) && typeof args['action'] === 'string' && isRecord(args['args'])
    ? { name: args['action'], args: args['args'] }
    : { name, args };

const toHuman = (question: Fields, decisions: unknown[]): unknown => {
  requireOneEach(1, decisions.length);
  const config = question['config'] as Fields;
  return decisions.map((decision) => toHumanAnswer(isRecord(decision) ? decision : {}, config));
};

const toHumanAnswer = (decision: Fields, config: Fields): unknown => {
  const { type, message } = bothCasings(decision) as Fields;
  switch (type) {
    case 'approve':
      return { type: 'accept', args: null };
    case 'edit': {
      const edited = (bothCasings(decision) as Fields)['editedAction'];
      const { name, args } = isRecord(edited) ? edited : {};
      return { type: 'edit', args: { action: name, args } };
    }
    case 'respond':
      return { type: 'response', args: message ?? '' };
    case 'reject':
      return config['allow_respond'] === true && typeof message === 'string'
        ? { type: 'response', args: message }
        : { type: 'ignore', args: null };
    default:
      return decision;
  }
};

/** An answer for another number of actions would be guessed at, or fail the run. */
const requireOneEach = (asked: number, answered: number): void => {
  if (asked === answered) return;
  throw new HoldpointError(
    'invalid_request',
    `The question is about ${asked} ${asked === 1 ? 'action' : 'actions'} and the answer decides ${answered}: give one decision for each, in order.`,
    { details: { field: 'command.resume', asked, answered } },
  );
};
