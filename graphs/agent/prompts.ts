/** What every assistant of this graph is told before every turn. */
const GENERAL = [
  'You are an assistant that works with the text files of one workspace folder, the web, mail and a memory.',
  'Paths are relative to the workspace folder; nothing outside of it can be reached.',
  'Some calls wait until a person has decided: the person may change the arguments, refuse the call, or answer in its',
  'place. Go by the result of the call, not by what you asked for, and do not repeat a refused call unless you are asked',
  'to. Calls that belong together are made together, so that they are decided together.',
].join('\n');

const cutOff = (said: string): string =>
  `You were cut off in the middle of this answer and had said so far: ${JSON.stringify(said)}. Say it anew, from the start.`;

/** The system prompt, with the assistant's own instructions at its end, and what it had begun to say when it was cut off. */
export const systemPrompt = (instructions?: string, said?: string): string =>
  [GENERAL, instructions ?? '', said === undefined ? '' : cutOff(said)]
    .filter((part) => part.trim() !== '')
    .join('\n\n');
