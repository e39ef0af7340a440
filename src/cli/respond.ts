import { command, UsageError } from './kit/command.ts';
import { decide, DECIDING, QUESTION_ID } from './kit/decide.ts';
import { jsonOf } from './kit/json.ts';

export const respond = command({
  name: 'respond',
  summary: "Answer in place of a tool, or a question of the graph's own",
  about: `The held tool does not run: the model takes what you say for its result. A question that holds no tool call gets the
text, or with --value any JSON: false, 0 and "" are answers too.`,
  args: [QUESTION_ID, { name: 'answer', help: 'What to say', optional: true, text: true }],
  options: {
    value: { value: 'JSON', help: 'The answer as JSON, instead of text' },
    ...DECIDING,
  },
  examples: [
    { run: 'holdpoint respond 3f2a81c0 "The notes are written already"', says: 'In place of the tool' },
    { run: 'holdpoint respond 3f2a81c0 --value false', says: "To a question of the graph's own" },
  ],
  run: async (input) => {
    const [, text] = input.args;
    const { value } = input.options;
    if ((text === undefined) === (value === undefined))
      throw new UsageError('Say what to answer: text, or --value JSON.');
    const answer = (): unknown => (value === undefined ? text : jsonOf('--value', value));
    return decide({ input, decision: () => ({ type: 'respond', message: text ?? value ?? '' }), answer });
  },
});
