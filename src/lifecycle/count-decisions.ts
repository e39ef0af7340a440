import { isAnswer } from '../model/answer.ts';
import { isRecord } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import type { LifecycleDeps } from './deps.ts';
import type { TakenDecision } from './take-answers.ts';

/** Counts the questions that a run answers: each decision by its kind, an answer on the wire as `answer`. */
export const countDecisions = (
  { tally }: LifecycleDeps,
  { command }: Pick<Run['kwargs'], 'command'>,
  decisions: TakenDecision[] = [],
): void => {
  if (!tally || !isAnswer(command)) return;
  for (const { via, decision } of decisions) {
    const { decisions: verdicts = [] } = decision as { decisions?: { decision?: string }[] };
    for (const { decision: kind = 'respond' } of verdicts) tally.count('decisions', { via, kind });
  }
  const answered = isRecord(command.resume) ? Object.keys(command.resume).length : 1;
  const onTheWire = answered - decisions.length;
  if (onTheWire > 0) tally.count('decisions', { via: 'wire', kind: 'answer' }, onTheWire);
};
