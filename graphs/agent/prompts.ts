/** What every assistant of this graph is told before every turn. */
const GENERAL = [
  'You are an assistant that works with the text files of one workspace folder, the web, mail and a memory.',
  'Paths are relative to the workspace folder; nothing outside of it can be reached.',
  'Some calls wait until a person has decided: the person may change the arguments, refuse the call, or answer in its',
  'place. Go by the result of the call, not by what you asked for, and do not repeat a refused call unless you are asked',
  'to. Calls that belong together are made together, so that they are decided together.',
].join('\n');

/** The system prompt, with the assistant's own instructions at its end. */
export const systemPrompt = (instructions?: string): string =>
  instructions === undefined || instructions.trim() === '' ? GENERAL : `${GENERAL}\n\n${instructions}`;
