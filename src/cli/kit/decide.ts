import { Session, type Choice, type Decision, type Question } from '../../client/index.ts';
import { UsageError, type GivenOptions, type Input, type Options } from './command.ts';
import { connect, CONNECTION } from './connection.ts';
import { follow } from './follow.ts';
import { findQuestion } from './inbox.ts';

/** The options of the commands that answer a question. */
export const DECIDING = {
  call: { value: 'N', help: 'Decide so about the Nth held call only; the others need --others' },
  others: { value: 'approve|reject', help: 'With --call: what is decided about the other calls' },
  remember: { value: 'thread|assistant', help: 'Answer later calls of these tools there likewise' },
  context: {
    value: 'TEXT',
    help: 'More for the model to know, told after the results of the tools',
    text: true,
  },
  by: { value: 'NAME', help: 'Who decides, for the log' },
  detach: { help: 'Do not follow the run that goes on' },
  ...CONNECTION,
} as const satisfies Options;

export const QUESTION_ID = {
  name: 'id',
  help: 'The question: its id, that of its thread, or the beginning of either (see "holdpoint inbox")',
} as const;

interface Deciding {
  input: Pick<Input<Options>, 'args' | 'env' | 'terminal'> & { options: GivenOptions<typeof DECIDING> };
  /** The decision about one held call. */
  decision: (call: Question['toolCalls'][number]) => Decision;
  /** The answer to a question of the graph's own, where this command can give one. */
  answer?: () => unknown;
}

/** Decides about a question and follows the run that goes on. Answers the exit code. */
export const decide = async ({ input, decision, answer }: Deciding): Promise<number> => {
  const { args, options, terminal } = input;
  const client = connect(input);
  const question = await findQuestion(client, args[0] ?? '');
  const session = await Session.load(question.threadId, client);
  const choice = choiceOf(question, options);
  if (question.toolCalls.length === 0) {
    if (!answer)
      throw new UsageError('This question holds no tool call: answer it with "holdpoint respond".');
    await session.respond(answer(), choice);
  } else {
    await session.decide(decisionsFor(question, options, decision), choice);
  }
  if (!options.detach) return follow({ session, terminal, json: options.json === true });
  if (options.json)
    terminal.json({ thread_id: question.threadId, question_id: question.id, status: 'decided' });
  else terminal.print(`Decided. Follow what comes of it: holdpoint follow ${question.threadId}\n`);
  return 0;
};

const choiceOf = ({ id }: Question, { remember, context, by }: GivenOptions<typeof DECIDING>): Choice => {
  if (remember !== undefined && remember !== 'thread' && remember !== 'assistant')
    throw new UsageError(`--remember must be thread or assistant, not "${remember}".`);
  return { question: id, remember, additionalContext: context, decidedBy: by };
};

/** One decision for each held call: the same for all, or one for the call that is named and another for the rest. */
const decisionsFor = (
  { toolCalls }: Question,
  { call, others }: GivenOptions<typeof DECIDING>,
  decision: Deciding['decision'],
): Decision[] => {
  if (call === undefined) return toolCalls.map(decision);
  const named = Number(call);
  if (!(Number.isInteger(named) && named >= 1 && named <= toolCalls.length))
    throw new UsageError(`--call must be a number from 1 to ${toolCalls.length}, not "${call}".`);
  if (toolCalls.length > 1 && others !== 'approve' && others !== 'reject')
    throw new UsageError(
      `${toolCalls.length} calls are held together: say --others approve or --others reject.`,
    );
  return toolCalls.map((held, index) =>
    index === named - 1 ? decision(held) : { type: others === 'approve' ? 'approve' : 'reject' },
  );
};
