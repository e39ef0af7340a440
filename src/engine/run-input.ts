import { Command, type Send } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import { addressAnswer, isAnswer, isKeyedById, refuseLeaving, type Answers } from '../model/answer.ts';
import { inTheirDialects } from '../model/approval-dialects.ts';
import { questionIds } from '../model/questions.ts';
import type { Run, RunCommand, SendCommand } from '../model/run.ts';
import type { RunProgress } from '../storage/checkpoints.ts';
import { waitingQuestions } from './questions.ts';
import type { SendClass } from './send-class.ts';

/** What LangGraph is started with, and whether from the checkpoint the run named or from the latest. */
export interface RunInput {
  input: unknown;
  fromNamedCheckpoint: boolean;
}

/** Of a run before its first attempt. */
export const NO_PROGRESS: RunProgress = { advanced: false, answered: false, raised: [] };

const CONTINUE: RunInput = { input: null, fromNamedCheckpoint: false };

/**
 * The input of this attempt. The first attempt gets what the run was asked to do. A later one continues with
 * `null` once the run has stored a checkpoint; and it never gives an answer twice: a question that the run
 * has raised again since is another question, although LangGraph gives it the same id.
 */
export const resolveInput = async (input: {
  run: Run;
  progress: RunProgress;
  saver: BaseCheckpointSaver;
  /** Whether answers are put into the words of the question they are for. */
  dialects: boolean;
  /** The graph's own. */
  Send: SendClass;
}): Promise<RunInput> => {
  const { run, progress, saver, dialects, Send } = input;
  if (progress.advanced) return CONTINUE;
  const { command } = run.kwargs;
  const fromNamedCheckpoint = run.kwargs.checkpoint?.checkpoint_id !== undefined;
  if (!command) return { input: run.kwargs.input, fromNamedCheckpoint };
  const tuple = await saver.getTuple({ configurable: { thread_id: run.threadId, checkpoint_ns: '' } });
  const questions = waitingQuestions(tuple);
  const waiting = questionIds(questions);
  if (waiting.length > 0) refuseLeaving(command);
  if (!isAnswer(command)) return { input: toCommand(command, Send), fromNamedCheckpoint };
  // An answer is for the latest checkpoint. Naming it all the same would make LangGraph run again what other tasks
  // of the step have done.
  const answer = (answers: Answers) => ({
    input: toCommand({ ...command, resume: dialects ? inTheirDialects(answers, questions) : answers }, Send),
    fromNamedCheckpoint: false,
  });
  if (!progress.answered) return answer(addressAnswer(command.resume, waiting));
  const open = waiting.filter((id) => !progress.raised.includes(id));
  return open.length === 0 ? CONTINUE : answer(unusedAnswers(command.resume, open));
};

/** The part of the answer whose questions are still open; the rest was used by an attempt before. */
const unusedAnswers = (resume: unknown, open: string[]): Answers => {
  if (!isKeyedById(resume)) return addressAnswer(resume, open);
  return Object.fromEntries(Object.entries(resume).filter(([id]) => open.includes(id)));
};

/** LangGraph's own command, for a graph with this `Send`. */
export const toCommand = ({ resume, update, goto }: RunCommand, Send: SendClass): Command => {
  const toTarget = (target: string | SendCommand): string | Send =>
    typeof target === 'string' ? target : new Send(target.node, target.input);
  return new Command({
    ...(resume != null && { resume }),
    ...(update != null && { update }),
    ...(goto != null && { goto: [goto].flat().map(toTarget) }),
  });
};
