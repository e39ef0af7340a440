import { command } from './kit/command.ts';
import { decide, DECIDING, QUESTION_ID } from './kit/decide.ts';

export const reject = command({
  name: 'reject',
  summary: 'Do not let a held tool call run, and tell the agent why',
  about: 'The model is told the reason in place of a result, and goes on.',
  args: [QUESTION_ID, { name: 'why', help: 'What the model is told', optional: true, text: true }],
  options: DECIDING,
  examples: [
    { run: 'holdpoint reject 3f2a81c0 "Not before the release"', says: 'With a reason' },
    {
      run: 'holdpoint reject 3f2a81c0 "Not to this address" --call 1 --others approve',
      says: 'Of several calls, the first only',
    },
  ],
  run: (input) => {
    const [, message] = input.args;
    return decide({ input, decision: () => ({ type: 'reject', ...(message !== undefined && { message }) }) });
  },
});
