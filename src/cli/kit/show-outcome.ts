import type { Outcome } from '../../client/index.ts';
import { questionJson, waitingText } from './show-question.ts';
import { visible, type Terminal } from './terminal.ts';

/** What came of a run, in a line or two; its questions are shown whole. */
export const outcomeText = (outcome: Outcome, paint: Terminal['paint']): string =>
  TEXTS[outcome.status](outcome, paint);

type Text = (outcome: Outcome, paint: Terminal['paint']) => string;

const failed: Text = ({ failure, reason, status }, paint) =>
  `${paint.red('✗')} Failed: ${visible(failure?.message ?? reason ?? status)}\n`;

const halted: Text = ({ status, reason, threadId }, paint) => {
  const why = reason === null ? '' : `: ${visible(reason)}`;
  return `${paint.yellow('‖')} It is ${status}${why}. Thread ${threadId}\n`;
};

const under: Text = ({ status, threadId }, paint) =>
  `${paint.cyan('…')} It is ${status}. Follow it: holdpoint follow ${threadId}\n`;

const TEXTS: Record<Outcome['status'], Text> = {
  success: (_, paint) => `${paint.green('✓')} Done.\n`,
  awaiting_decision: ({ questions }, paint) =>
    questions.map((question) => waitingText(question, paint)).join('\n'),
  error: failed,
  timeout: failed,
  paused: halted,
  stopped: halted,
  cancelled: halted,
  queued: under,
  running: under,
  draining: under,
};

/** For scripts: as the server names things. */
export const outcomeJson = (outcome: Outcome) => ({
  thread_id: outcome.threadId,
  run_id: outcome.runId,
  status: outcome.status,
  reason: outcome.reason,
  failure: outcome.failure,
  questions: outcome.questions.map(questionJson),
  values: outcome.values,
});
