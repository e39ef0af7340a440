import { questionOf, type ApprovalView, type HoldpointClient, type Question } from '../../client/index.ts';
import { everyPage } from './pages.ts';
import { theOne } from './the-one.ts';

/** Everything that waits for a person on this server, oldest first. */
export const waitingQuestions = async (client: HoldpointClient): Promise<Question[]> =>
  (await everyPage<ApprovalView>(client, '/approvals')).map(questionOf);

/**
 * The one question that is meant: by its id, by its thread's, or by the beginning of either.
 * @throws as `theOne`.
 */
export const findQuestion = async (client: HoldpointClient, id: string): Promise<Question> => {
  const fitting = (await waitingQuestions(client)).filter(
    (question) => question.id.startsWith(id) || question.threadId.startsWith(id),
  );
  return theOne({
    fitting,
    none: `Nothing that waits has an id that begins with "${id}". See holdpoint inbox.`,
    several: `${fitting.length} questions fit "${id}". Give more of one of: ${fitting.map((q) => q.id).join(', ')}`,
  });
};
