import {
  questionOf,
  SessionError,
  type ApprovalView,
  type HoldpointClient,
  type Question,
} from '../../client/index.ts';
import { UsageError } from './command.ts';

/** Everything that waits for a person on this server, oldest first. */
export const waitingQuestions = async (client: HoldpointClient): Promise<Question[]> => {
  const found: Question[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await client.control<ApprovalView[]>('/approvals', { query: { limit: PAGE, offset } });
    found.push(...page.map(questionOf));
    if (page.length < PAGE) return found;
  }
};

const PAGE = 100;

/**
 * The one question that is meant: by its id, by its thread's, or by the beginning of either.
 * @throws {UsageError} when the beginning fits several; {SessionError} when it fits none.
 */
export const findQuestion = async (client: HoldpointClient, id: string): Promise<Question> => {
  const fitting = (await waitingQuestions(client)).filter(
    (question) => question.id.startsWith(id) || question.threadId.startsWith(id),
  );
  const [only, ...others] = fitting;
  if (!only)
    throw new SessionError(`Nothing that waits has an id that begins with "${id}". See holdpoint inbox.`);
  if (others.length > 0)
    throw new UsageError(
      `${fitting.length} questions fit "${id}". Give more of one of: ${fitting.map((q) => q.id).join(', ')}`,
    );
  return only;
};
