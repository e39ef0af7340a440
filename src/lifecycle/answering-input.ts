import type { Answers } from '../model/answer.ts';
import type { Run } from '../model/run.ts';
import type { LaunchRunInput } from './launch-run.ts';
import type { TakenDecision } from './take-answers.ts';

/** The run that carries answers: configured as the one that asked, and behind what the thread has to do yet. */
export const answeringInput = ({
  run,
  answers,
  decisions,
  actor,
  traceparent,
}: {
  run: Run;
  answers: Answers;
  decisions: TakenDecision[];
  actor: string;
  /** Of what gave the answers, where that is traced. */
  traceparent: string | undefined;
}): LaunchRunInput => {
  const { traceparent: _ofTheQuestion, ...kwargs } = run.kwargs;
  return {
    threadId: run.threadId,
    assistantId: run.assistantId,
    kwargs: {
      ...kwargs,
      ...(traceparent !== undefined && { traceparent }),
      input: null,
      command: { resume: answers },
      checkpoint: null,
      on_disconnect: 'continue',
      live: false,
    },
    metadata: run.metadata,
    multitaskStrategy: 'enqueue',
    actor,
    decisions,
  };
};
